"""Tables for a terminal, or in Markdown."""


def table(heading, rows, is_markdown):
    """Lines of text: the first column aligned left, the others right."""
    cells = [heading, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heading))]
    lines = []
    for row in cells:
        padded = [row[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("| " + " | ".join(padded) + " |" if is_markdown else "  ".join(padded))
    if is_markdown:
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        lines.insert(1, "| " + " | ".join(rule) + " |")
    return "\n".join(lines)

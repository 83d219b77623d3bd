/// The look of a report: one column on a phone, two on a desk, light or dark, and ink in print.
///
/// Nothing is loaded and nothing runs.
public enum PageStyle {
  /// Places at which the sliding comparison can stand.
  public static let stops = 9

  /// The content of the page's `style` element.
  public static var text: String {
    var text = base
    for stop in 0..<stops {
      text +=
        ".slider input:nth-of-type(\(stop + 1)):checked~.frame{--p:\(place(stop))}"
    }
    return text
  }

  /// The share of the left picture that a place of the slider shows.
  public static func place(_ stop: Int) -> String {
    let tenths = 1000 * stop / (stops - 1)
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private static let base = """
    :root{color-scheme:light dark;--ink:#1b1b1f;--paper:#fff;--quiet:#5c5f66;--line:#d9dbe0;\
    --box:#f4f5f7;--one:#1864ab;--two:#c2410c;--three:#2b8a3e;--four:#862e9c}
    @media(prefers-color-scheme:dark){:root{--ink:#e8e8ea;--paper:#16171a;--quiet:#a6a9b0;\
    --line:#3a3c42;--box:#212329;--one:#74c0fc;--two:#ffa94d;--three:#8ce99a;--four:#e599f7}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--paper);color:var(--ink);\
    font:1rem/1.5 system-ui,sans-serif}
    h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
    h2{font-size:1.15rem;margin:2rem 0 .5rem}
    .verdict{font-size:1.1rem;border-left:.3rem solid var(--one);padding:.2rem 0 .2rem .8rem}
    .quiet,figcaption{color:var(--quiet)}
    figcaption{font-size:.9rem}
    figure{margin:0}
    img{display:block;max-width:100%;height:auto;border-radius:.25rem}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:1rem;\
    align-items:start}
    .pair.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
    .slider{border:0;margin:1.5rem 0 0;padding:0;min-width:0;display:flex;flex-wrap:wrap;\
    justify-content:space-between}
    .slider legend{padding:0;color:var(--quiet)}
    .slider input{flex:1 0 8%;margin:.6rem 0;min-width:0;height:1.3rem;accent-color:var(--one)}
    .slider .frame{--p:50%;flex-basis:100%;position:relative}
    .slider .frame div{position:relative;width:fit-content;max-width:100%}
    .slider .top{position:absolute;inset:0;clip-path:inset(0 calc(100% - var(--p)) 0 0)}
    .slider .bar{position:absolute;top:0;bottom:0;left:calc(var(--p) - 1px);width:2px;\
    background:#fff;box-shadow:0 0 3px #000}
    .ends{flex-basis:100%;display:flex;justify-content:space-between;color:var(--quiet);\
    font-size:.85rem}
    .scale{height:.9rem;border-radius:.25rem;margin:.4rem 0 0}
    .chart>svg{width:100%;height:auto;display:block}
    svg text{font-size:12px;fill:var(--quiet)}
    polyline{fill:none;stroke-width:2;stroke:var(--quiet)}
    .one{stroke:var(--one)}.two{stroke:var(--two)}.three{stroke:var(--three)}\
    .four{stroke:var(--four)}.dashed{stroke-dasharray:5 4}
    .grid{stroke:var(--line)}
    .legend{margin:.2rem 0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.85rem}
    .legend svg{width:24px;height:8px;margin-right:.4rem;vertical-align:middle}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);text-align:right;\
    vertical-align:top;font-variant-numeric:tabular-nums;white-space:nowrap}
    th:first-child{text-align:left;white-space:normal}
    .explained>*{border:0;padding-bottom:0}
    td.note{text-align:left;white-space:normal;color:var(--quiet);font-size:.8rem;padding-top:0}
    @media(max-width:30rem){table{font-size:.8rem}th,td{padding-right:.3rem}}
    dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem 1rem;margin:0}
    dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
    @media print{body{max-width:none;padding:0;background:#fff;color:#000;font-size:10pt}\
    .slider{display:none}figure,tr,.chart{break-inside:avoid}h2{break-after:avoid}\
    *{print-color-adjust:exact}}

    """
}

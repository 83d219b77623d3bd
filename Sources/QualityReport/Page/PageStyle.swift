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
        ".slider input:nth-of-type(\(stop + 1)):checked~.over{--p:\(place(stop))}"
    }
    return text
  }

  /// The share of the left picture that a place of the slider shows.
  public static func place(_ stop: Int) -> String {
    let tenths = 1000 * stop / (stops - 1)
    return "\(tenths / 10).\(tenths % 10)%"
  }

  private static let base = """
    :root{color-scheme:light dark;--ink:#1b1b1f;--paper:#fff;--quiet:#55585f;--line:#d9dbe0;\
    --box:#f4f5f7;--one:#1864ab;--two:#c2410c;--three:#2b8a3e;--four:#862e9c}
    @media(prefers-color-scheme:dark){:root{--ink:#e8e8ea;--paper:#16171a;--quiet:#a6a9b0;\
    --line:#3a3c42;--box:#212329;--one:#74c0fc;--two:#ffa94d;--three:#8ce99a;--four:#e599f7}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:70rem;padding:1rem;background:var(--paper);color:var(--ink);\
    font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}
    h1{font-size:1.6rem;line-height:1.2;margin:.5rem 0}
    h2{font-size:1.2rem;line-height:1.3;margin:2.5rem 0 .5rem}
    h3{font-size:1rem;margin:1.5rem 0 .5rem}
    .verdict{font-size:1.1rem;border-left:.3rem solid var(--one);padding:.2rem 0 .2rem .8rem}
    .quiet,figcaption,small{color:var(--quiet)}
    figcaption{font-size:.9rem}
    figure{margin:0;min-width:0}
    img{display:block;max-width:100%;height:auto}
    a{color:var(--one)}
    :focus-visible{outline:.15rem solid var(--two);outline-offset:.15rem}
    .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,16rem),1fr));gap:1rem;\
    align-items:start}
    .pair.wide{grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
    .zoom,.slider{border:0;margin:0;padding:0;min-width:0}
    .zoom>legend,.slider>legend{padding:0;color:var(--quiet);font-size:.9rem}
    .zoom>input{margin:.5rem .3rem .5rem 0;width:1.1rem;height:1.1rem;vertical-align:middle;accent-color:var(--one)}
    .zoom>label{margin-right:1.2rem;vertical-align:middle}
    .frame{overflow:auto;max-height:90vh}
    .frame img{width:100%}
    .zoom>.one-to-one:checked~.pair img{width:calc(var(--w)*1px);max-width:none}
    .zoom>.larger:checked~.pair img{width:calc(var(--w)*4px);max-width:none;image-rendering:pixelated}
    .slider{margin-top:1.5rem;max-width:40rem;display:flex;flex-wrap:wrap;justify-content:space-between}
    .slider input{flex:1 0 8%;margin:.6rem 0;min-width:0;height:1.3rem;accent-color:var(--one)}
    .slider .over{--p:50%;flex-basis:100%;position:relative}
    .slider img{width:100%}
    .slider .top{position:absolute;inset:0;clip-path:inset(0 calc(100% - var(--p)) 0 0)}
    .slider .bar{position:absolute;top:0;bottom:0;left:calc(var(--p) - 1px);width:2px;\
    background:#fff;box-shadow:0 0 3px #000}
    .ends{flex-basis:100%;display:flex;justify-content:space-between;color:var(--quiet);\
    font-size:.85rem;margin:.3rem 0}
    .scale{height:.9rem;border-radius:.25rem;margin:.4rem 0 0}
    .chart{max-width:34rem}
    .chart>svg{width:100%;height:auto;display:block}
    .chart figcaption{margin-bottom:.3rem}
    .chart strong{display:block;color:var(--ink);font-size:1rem}
    svg text{font-size:12px;fill:var(--quiet)}
    polyline,svg line{fill:none;stroke-width:2;stroke:var(--quiet)}
    polyline.thin{stroke-width:1;opacity:.75}
    .one{stroke:var(--one)}.two{stroke:var(--two)}.three{stroke:var(--three)}\
    .four{stroke:var(--four)}.dashed{stroke-dasharray:5 4}
    circle{stroke-width:2;fill:var(--paper)}
    rect.band{stroke:none;fill:var(--line)}
    svg .grid{stroke:var(--line);stroke-width:1}
    .legend{margin:.2rem 0;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.9rem}
    .legend svg{width:24px;height:8px;margin-right:.4rem;vertical-align:middle}
    table{border-collapse:collapse;width:100%;font-size:.95rem}
    th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);text-align:right;\
    vertical-align:top;font-variant-numeric:tabular-nums}
    th:first-child{text-align:left}
    small{display:block;font-weight:400;font-size:.85rem;max-width:26rem}
    @media(max-width:40rem){table{font-size:.875rem}th,td{padding-right:.4rem}\
    .stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}\
    .stacked tbody,.stacked th{display:block}\
    .stacked tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.2rem,1fr));gap:0 .6rem;\
    padding:.5rem 0;border-bottom:1px solid var(--line)}\
    .stacked tbody th{grid-column:1/-1;border:0;padding:0}\
    .stacked td{border:0;padding:.2rem 0;text-align:left;min-width:0}\
    .stacked td::before{content:attr(data-label);display:block;color:var(--quiet);font-size:.8rem}}
    dl{display:grid;grid-template-columns:minmax(6rem,auto) minmax(0,1fr);gap:.2rem 1rem;margin:0}
    dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
    pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--box);padding:.6rem .8rem;\
    border-radius:.25rem;font-size:.9rem}
    @media print{:root{--ink:#000;--paper:#fff;--quiet:#444;--line:#bbb;--box:#f4f5f7;--one:#1864ab;--two:#c2410c;\
    --three:#2b8a3e;--four:#862e9c}body{max-width:none;padding:0;font-size:10pt}\
    .slider,.zoom>legend,.zoom>input,.zoom>label{display:none}figure,tr,.chart{break-inside:avoid}\
    h2,h3{break-after:avoid}*{print-color-adjust:exact}}

    """
}

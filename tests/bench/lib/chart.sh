# chart.sh: sourced by the scripts of tests/bench.
#   chart_of_writes FILE...   the figures <series>_<history> of writes-<engine>.txt files as an SVG: a panel an engine, a
#                             line a series; instances a second, in per cent of the same series without history

chart_of_writes() {
    awk -F '\t' '
    function x(history) { return left + width * history / most }
    function y(per_cent) { return top + 200 - 200 * per_cent / 125 }
    function text(at_x, at_y, class, what) {
        printf "<text x=\"%.0f\" y=\"%.0f\" class=\"%s\">%s</text>\n", at_x, at_y, class, what
    }
    function line(class, x1, y1, x2, y2) {
        printf "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2
    }
    function share(p, s, history) {
        return value[p, s, 0] > 0 ? 100 * value[p, s, history] / value[p, s, 0] : 0
    }
    function draw_axes(p,    g, l) {
        text(20, top - 22, "title", p in title ? title[p] : p)
        for (g = 0; g <= 125; g += 25) {
            line(g == 100 ? "whole" : "grid", left, y(g), left + width, y(g))
            text(left - 8, y(g) + 4, "end", g " %")
        }
        for (l = 1; l <= level_count[p]; l++)
            text(x(levels[p, l]), top + 218, "middle", levels[p, l] == 0 ? "0" : sprintf("%.4g million", levels[p, l] / 1e6))
    }
    function draw_series(p, s,    l, at) {
        printf "<polyline class=\"%s\" points=\"", s
        for (l = 1; l <= level_count[p]; l++) {
            at = levels[p, l]
            printf "%.1f,%.1f ", x(at), y(share(p, s, at) > 125 ? 125 : share(p, s, at))
        }
        print "\"/>"
        for (l = 1; l <= level_count[p]; l++)
            printf "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>\n", s, x(levels[p, l]),
                y(share(p, s, levels[p, l]) > 125 ? 125 : share(p, s, levels[p, l]))
    }
    # The figure is the last one.
    function draw_key(p, s, at_y,    last) {
        last = levels[p, level_count[p]]
        line(s, left + width + 30, at_y - 4, left + width + 56, at_y - 4)
        text(left + width + 64, at_y, "key", name[s])
        text(left + width + 64, at_y + 17, "figure", sprintf("%.0f/s, %.0f %%", value[p, s, last], share(p, s, last)))
    }
    FNR == 1 { panel = FILENAME; sub(/.*\/writes-/, "", panel); sub(/\.txt$/, "", panel); panels[++panel_count] = panel }
    $1 ~ /_[0-9]+$/ {
        split($1, part, "_")
        value[panel, part[1], part[2]] = $2
        if (!((panel, part[2]) in seen)) { seen[panel, part[2]] = 1; levels[panel, ++level_count[panel]] = part[2] }
        if (part[2] + 0 > most) most = part[2] + 0
    }
    END {
        left = 80; width = 520; most = most > 0 ? most : 1
        title["sqlite"] = "SQLite"; title["postgresql"] = "PostgreSQL"; title["mariadb"] = "MariaDB"
        name["full"] = "activity, nightly partitions"; name["empty"] = "activity without history"; name["plain"] = "one plain table"
        series_count = split("plain empty full", order, " ")
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">\n", 70 + panel_count * 290
        print "<style>text{fill:#222}.title{font-size:15px;font-weight:bold}.note,.figure{fill:#666}.end{text-anchor:end}.middle{text-anchor:middle}"
        print ".grid{stroke:#e4e4e4}.whole{stroke:#999}polyline,line{fill:none}polyline,line.full,line.empty,line.plain{stroke-width:2.5}"
        print ".full{stroke:#00875a}.empty{stroke:#888}.plain{stroke:#c2410c}polyline.empty,line.empty{stroke-dasharray:6 4}"
        print "circle{stroke:none!important}circle.full{fill:#00875a}circle.empty{fill:#888}circle.plain{fill:#c2410c}</style>"
        print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        text(20, 28, "title", "Writes while history grows")
        text(20, 48, "note", "Instances (begin, two updates, end) a second, in per cent of the same without history, over completed instances")
        for (p = 1; p <= panel_count; p++) {
            top = 104 + (p - 1) * 290
            draw_axes(panels[p])
            for (s = 1; s <= series_count; s++) {
                draw_series(panels[p], order[s])
                draw_key(panels[p], order[series_count + 1 - s], top + 50 + (s - 1) * 48)
            }
        }
        print "</svg>"
    }' "$@"
}

# chart.sh: sourced by the scripts of tests/bench.
#   chart_of_writes FILE...   the figures <series>_<history> of writes-<engine>.txt files as an SVG: a panel an engine, a
#                             line a series; instances a second, in per cent of the same series without history

chart_of_writes() {
    awk -F '\t' '
    function x(history) { return 60 + 480 * history / most }
    function y(per_cent) { return top + 200 - 200 * per_cent / 125 }
    function text(at_x, at_y, class, what) {
        printf "<text x=\"%d\" y=\"%.0f\" class=\"%s\">%s</text>\n", at_x, at_y, class, what
    }
    FNR == 1 { panel = FILENAME; sub(/.*\/writes-/, "", panel); sub(/\.txt$/, "", panel); panels[++panel_count] = panel }
    $1 ~ /_[0-9]+$/ {
        split($1, part, "_")
        value[panel, part[1], part[2]] = $2
        if (!((panel, part[2]) in seen)) { seen[panel, part[2]] = 1; levels[panel, ++level_count[panel]] = part[2] }
        if (part[2] + 0 > most) most = part[2] + 0
    }
    END {
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", 50 + panel_count * 270
        print "<style>text{fill:#222}.t{font-size:15px}.end{text-anchor:end}.mid{text-anchor:middle}polyline{fill:none;stroke-width:2.5}"
        print ".full{stroke:#0a6}.empty{stroke:#888;stroke-dasharray:5 4}.plain{stroke:#c40}</style>"
        print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        text(20, 26, "t", "Writes (begin, two updates, end) over completed instances, in per cent of none")
        name["full"] = "activity, nightly partitions"; name["empty"] = "activity without history, same moment"; name["plain"] = "one plain table"
        split("empty plain full", order, " ")
        for (p = 1; p <= panel_count; p++) {
            top = 60 + (p - 1) * 270
            text(20, top - 6, "t", panels[p])
            for (g = 0; g <= 125; g += 25) {
                printf "<line x1=\"60\" x2=\"540\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", y(g), y(g)
                text(54, y(g) + 4, "end", g)
            }
            for (l = 1; l <= level_count[panels[p]]; l++)
                text(x(levels[panels[p], l]), top + 218, "mid", sprintf("%.2g M", levels[panels[p], l] / 1e6))
            for (s = 1; s <= 3; s++) {
                printf "<polyline class=\"%s\" points=\"", order[s]
                for (l = 1; l <= level_count[panels[p]]; l++) {
                    at = levels[panels[p], l]
                    share = 100 * value[panels[p], order[s], at] / value[panels[p], order[s], 0]
                    printf "%.1f,%.1f ", x(at), y(share > 125 ? 125 : share)
                }
                last = value[panels[p], order[s], at]
                printf "\"/>\n<polyline class=\"%s\" points=\"556,%d 580,%d\"/>\n", order[s], top + 22 + s * 40, top + 22 + s * 40
                text(556, top + 40 + s * 40, "l", name[order[s]])
                text(586, top + 26 + s * 40, "l", sprintf("%.0f/s at the end", last))
            }
        }
        print "</svg>"
    }' "$@"
}

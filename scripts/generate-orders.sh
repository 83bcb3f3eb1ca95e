#!/bin/sh
# Prints eight months of purchase orders as JSON Lines events for the activity of
# config/examples/purchase-order.xml. The same number of orders always gives the same bytes.
#
#   scripts/generate-orders.sh [ORDERS]      (default 20000)
set -eu

exec awk -v orders="${1:-20000}" '
# A linear congruential generator (Park and Miller), so that every awk gives the same numbers.
function random(below) {
    state = (state * 16807) % 2147483647
    return state % below
}

# Minutes since the start of 2026 as a UTC time.
function moment(minutes,    day, month) {
    day = int(minutes / 1440)
    for (month = 1; day >= length_of[month]; month++)
        day -= length_of[month]
    return sprintf("2026-%02d-%02dT%02d:%02d:00Z", month, day + 1,
        int(minutes / 60) % 24, minutes % 60)
}

function event(op, id, rest) {
    printf "{\"op\":\"%s\",\"activity\":\"PurchaseOrder\",\"id\":\"%s\"%s}\n", op, id, rest
}

BEGIN {
    split("31 28 31 30 31 30 31 31 30 31 30 31", length_of, " ")
    split("Seattle Redmond Bellevue Tacoma Spokane Everett Olympia Renton", cities, " ")
    state = 20260105
    span = 243 * 1440 # 1 January to 31 August

    for (i = 1; i <= orders; i++) {
        id = sprintf("PO-%06d", i)
        received = int((i - 1) * span / orders)
        shipped = received + 10 + random(600)
        delivered = shipped + 60 + random(4000)
        quantity = 1 + random(500)
        city = random(50) == 0 ? "null" : "\"" cities[1 + random(8)] "\""
        kind = random(100)

        event("begin", id, sprintf(",\"data\":{\"RecvTime\":\"%s\",\"City\":%s,\"Quantity\":%d,\"Amount\":%d.%02d}",
            moment(received), city, quantity, quantity * 3, random(100)))
        if (kind < 10)
            event("reference", id, sprintf(",\"reference\":{\"name\":\"Invoice\",\"type\":\"Document\",\"data\":\"INV-%06d\"}", i))
        # Four in a hundred wait for shipping, three more for delivery.
        if (kind >= 96)
            continue
        if (kind >= 20 && kind < 40) {
            # Shipping goes on under a token of its own.
            event("continue", id, sprintf(",\"token\":\"SO-%06d\"", i))
            event("end", id, "")
            event("update", sprintf("SO-%06d", i), sprintf(",\"data\":{\"ShipTime\":\"%s\"}", moment(shipped)))
            if (kind < 37)
                event("end", sprintf("SO-%06d", i), sprintf(",\"data\":{\"DeliveryTime\":\"%s\"}", moment(delivered)))
            continue
        }
        event("update", id, sprintf(",\"data\":{\"ShipTime\":\"%s\"}", moment(shipped)))
        event("end", id, sprintf(",\"data\":{\"DeliveryTime\":\"%s\"}", moment(delivered)))
    }
}'

#include "etl/odbc/packing.h"

#include "etl/odbc/sql.h"

/* Of a number's 63 bits one stays free; a column of more NULLs than this is left alone. */
enum { NUMBER_BITS = 62, MOST_BITS = 40, MOST_NULLS = 64 };

void
packing_see(struct packing_range *r, const struct value *v)
{
    if (v->type == VALUE_NULL) {
        r->nulls++;
        return;
    }
    if (!r->seen || v->as.integer < r->least)
        r->least = v->as.integer;
    if (!r->seen || v->as.integer > r->greatest)
        r->greatest = v->as.integer;
    r->seen = true;
}

/* Makes a member with room for twice the span that was seen. False: it would be too wide. */
static bool
make_member(const struct packing_range *r, size_t column, struct packing_member *m)
{
    uint64_t span = (uint64_t)r->greatest - (uint64_t)r->least;
    int64_t margin;

    if (!r->is_integer || !r->seen || r->nulls > MOST_NULLS || span >> (MOST_BITS - 2) != 0)
        return false;
    margin = (int64_t)(span / 2);
    if (r->least < INT64_MIN + margin || r->greatest > INT64_MAX - (INT64_C(1) << MOST_BITS))
        return false;
    *m = (struct packing_member){.column = column, .low = r->least - margin};
    if (r->least >= 0 && r->least <= margin)
        m->low = 0;
    for (m->bits = 1; (uint64_t)(r->greatest + margin - m->low) >> m->bits != 0;)
        m->bits++;
    m->high = m->low + (INT64_C(1) << m->bits) - 1;
    return true;
}

/* Puts the columns into packings, in order. One column alone gains nothing. */
size_t
packing_plan(const struct packing_range *ranges, size_t columns, struct packing *packings,
    struct packing_member *members, bool *packed)
{
    size_t count = 0;
    unsigned used = 0;
    struct packing p = {members, 0};

    for (size_t i = 0; i < columns; i++) {
        struct packing_member m;

        packed[i] = make_member(&ranges[i], i, &m);
        if (!packed[i])
            continue;
        if (used + m.bits > NUMBER_BITS) {
            packings[count++] = p;
            p = (struct packing){p.members + p.count, 0};
            used = 0;
        }
        p.members[p.count++] = m;
        used += m.bits;
    }
    if (p.count > 0)
        packings[count++] = p;
    for (size_t k = count; k-- > 0;) {
        if (packings[k].count > 1)
            continue;
        packed[packings[k].members[0].column] = false;
        for (size_t j = k + 1; j < count; j++)
            packings[j - 1] = packings[j];
        count--;
    }
    return count;
}

static void
add_number(struct text *sql, const struct packing *p, const char *const *names)
{
    for (size_t i = 1; i < p->count; i++)
        text_add_char(sql, '(');
    for (size_t i = 0; i < p->count; i++) {
        const struct packing_member *m = &p->members[i];

        if (i > 0)
            sql_add(sql, ") * %d + ", INT64_C(1) << m->bits);
        if (m->low == 0)
            text_add(sql, names[m->column]);
        else
            sql_add(sql, "(%s - (%d))", names[m->column], m->low);
    }
}

void
packing_add(struct text *sql, const struct packing *p, const char *const *names)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct packing_member *m = &p->members[i];

        sql_add(sql, "%s%s BETWEEN %d AND %d", i == 0 ? "CASE WHEN " : " AND ", names[m->column],
            m->low, m->high);
    }
    text_add(sql, " THEN ");
    add_number(sql, p, names);
    text_add(sql, " ELSE ");
    for (size_t i = 0; i < p->count; i++)
        sql_add(
            sql, "%scoalesce(%s, '')", i == 0 ? "" : " || ';' || ", names[p->members[i].column]);
    text_add(sql, " END");
}

bool
packing_unpack(const struct packing *p, int64_t number, struct value *row)
{
    uint64_t rest = (uint64_t)number;

    for (size_t i = p->count; i-- > 0;) {
        const struct packing_member *m = &p->members[i];

        row[m->column] = value_int(m->low + (int64_t)(rest & ((UINT64_C(1) << m->bits) - 1)));
        rest >>= m->bits;
    }
    return rest == 0;
}

#include "etl/star/reconcile.h"

#include "etl/star/load.h"
#include "tests/etl/fixture.h"

static void
load(struct fixture *x, struct star *s)
{
    const struct load_databases databases = {x->primary, x->star, x->archive};
    struct load_result r;

    ASSERT_OK(star_init(s, &x->definition, &x->definition.cubes[0], &x->f), &x->f);
    ASSERT_OK(load_star(&databases, s, HISTORY_WINDOW, &r, &x->f), &x->f);
}

/* What a cube of ten facts would tell whose quantities have that sum. */
static int
compare(struct fixture *x, const struct star *s, const char *sum)
{
    struct cube_source_total sources[8] = {{.present = 0}};
    const struct cube_totals totals = {10, sources, s->measured_count};

    CU_ASSERT_FATAL(s->measured_count <= sizeof sources / sizeof sources[0]);
    fault_clear(&x->f);
    for (size_t i = 0; i < s->measured_count; i++) {
        const char *column = s->sources[s->measured[i]].column;

        sources[i] = (struct cube_source_total){.name = column, .present = 10};
        if (strcmp(column, "Quantity") == 0) {
            sources[i].has_sum = true;
            sources[i].sum_text = sum;
        }
    }
    return reconcile_totals(x->star, s, s->names.facts, "", &totals, &x->f);
}

/* Ten times 2^62 and a little: more than a word, and than a double's digits. */
static void
whole_sums_agree_to_the_last_digit(void)
{
    struct fixture x;
    struct star s;

    fixture_begin(&x);
    fixture_complete(&x, 1, 10);
    load(&x, &s);
    ASSERT_OK(compare(&x, &s, "550"), &x.f);
    ASSERT_FAULT(compare(&x, &s, "551"), &x.f, FAULT_DATA, "551");
    ASSERT_OK(fixture_run(&x, x.star,
                  "UPDATE bam_OrderCube_Facts SET Quantity = Quantity + 4611686018427387904"),
        &x.f);
    ASSERT_OK(compare(&x, &s, "46116860184273879590"), &x.f);
    ASSERT_FAULT(compare(&x, &s, "46116860184273879591"), &x.f, FAULT_DATA,
        "the facts have 46116860184273879590");
    ASSERT_OK(fixture_run(&x, x.star, "UPDATE bam_OrderCube_Facts SET Quantity = -Quantity"), &x.f);
    ASSERT_OK(compare(&x, &s, "-46116860184273879590"), &x.f);
    ASSERT_FAULT(compare(&x, &s, "-46116860184273879589"), &x.f, FAULT_DATA, "Quantity");
    star_release(&s);
    fixture_end(&x);
}

const struct test suite_etl_star_reconcile[] = {
    {"whole sums agree to the last digit", whole_sums_agree_to_the_last_digit},
    {NULL, on_each_engine},
};

/*
 * sample: a small definition with one of everything, and ways to change it for a test.
 */
#ifndef TESTS_CONFIG_DEFINITION_SAMPLE_H
#define TESTS_CONFIG_DEFINITION_SAMPLE_H

#include <stdio.h>
#include <string.h>

#include "config/definition/definition.h"
#include "tests/harness.h"

/* Line numbers matter to the tests: the Activity stands in line 3. */
static const char sample_xml[] =
    "<?xml version=\"1.0\"?>\n"
    "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">\n"
    "<Activity Name=\"Order\" ID=\"A\">\n"
    "<Checkpoint Name=\"Received\" ID=\"C1\" DataType=\"DATETIME\"/>\n"
    "<Checkpoint Name=\"Shipped\" ID=\"C2\" DataType=\"DATETIME\"/>\n"
    "<Checkpoint Name=\"Amount\" ID=\"C3\" DataType=\"FLOAT\"/>\n"
    "<Checkpoint Name=\"City\" ID=\"C4\" DataType=\"NVARCHAR\" DataLength=\"30\"/>\n"
    "<Checkpoint Name=\"Count\" ID=\"C5\" DataType=\"INT\"/>\n"
    "<Index Name=\"ByCity\" ID=\"I1\"><CheckpointRef>C4</CheckpointRef></Index>\n"
    "</Activity>\n"
    "<View Name=\"Sales\" ID=\"V\">\n" /* 11 */
    "<ActivityView Name=\"OrderView\" ID=\"AV\" ActivityRef=\"A\">\n"
    "<Alias Name=\"Start\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef></Alias>\n"
    "<Alias Name=\"End\" "
    "ID=\"L2\"><CheckpointRef>C2</CheckpointRef><CheckpointRef>C1</CheckpointRef>"
    "</Alias>\n"
    "<Alias Name=\"Money\" ID=\"L3\"><CheckpointRef>C3</CheckpointRef></Alias>\n" /* 15 */
    "<Alias Name=\"Town\" ID=\"L4\"><CheckpointRef>C4</CheckpointRef></Alias>\n"
    "<Duration Name=\"Took\" ID=\"D1\" TimeResolution=\"Hour\"><FromAliasRef>L1</FromAliasRef>"
    "<ToAliasRef>L2</ToAliasRef></Duration>\n"
    "</ActivityView>\n"
    "</View>\n"
    "<Cube Name=\"Orders\" ID=\"Q\" DisplayName=\"\" ActivityViewRef=\"AV\">\n" /* 20 */
    "<Measure Name=\"N\" ID=\"M1\" AliasRef=\"L4\" AggregationFunction=\"Count\"/>\n"
    "<Measure Name=\"Total\" ID=\"M2\" AliasRef=\"L3\" AggregationFunction=\"Sum\"/>\n"
    "<Measure Name=\"Last\" ID=\"M3\" AliasRef=\"L2\" AggregationFunction=\"Max\"/>\n"
    "<Measure Name=\"AvgTook\" ID=\"M4\" AliasRef=\"D1\" AggregationFunction=\"Avg\"/>\n"
    "<DataDimension Name=\"Place\" ID=\"X1\"><LevelAliasRef>L4</LevelAliasRef></DataDimension>\n"
    "<TimeDimension Name=\"When\" ID=\"X2\" TimeStampAliasRef=\"L1\"><TimeLevel>Year</TimeLevel>"
    "<TimeLevel>Day</TimeLevel></TimeDimension>\n" /* 26 */
    "<NumericRangeDimension Name=\"Size\" ID=\"X3\" NumericAliasRef=\"D1\">\n"
    "<Range Name=\"Small\" ID=\"R1\" To=\"10\"/>\n"
    "<Range Name=\"Large\" ID=\"R2\" From=\"10\" To=\"1e3\"/>\n"
    "</NumericRangeDimension>\n" /* 30 */
    "<ProgressDimension Name=\"State\" ID=\"X4\">\n"
    "<ProgressStage Name=\"New\" ID=\"S1\" TimeStampAliasRef=\"L1\">\n"
    "<ProgressStage Name=\"Done\" ID=\"S2\" TimeStampAliasRef=\"L2\"/>\n"
    "</ProgressStage>\n"
    "</ProgressDimension>\n" /* 35 */
    "<RealTimeAggregation Name=\"Now\" ID=\"T1\"><MeasureRef>M1</MeasureRef>"
    "<DimensionRef>X1</DimensionRef></RealTimeAggregation>\n"
    "</Cube>\n"
    "<Alerts><Alert ID=\"A\"/></Alerts>\n"
    "<Extension><o:Origins xmlns:o=\"urn:nightcube:origins:1\" ActivityRef=\"A\">"
    "<o:Origin Kind=\"event\" Event=\"order received\" CheckpointRef=\"C1\"/>"
    "<o:Origin Kind=\"attribute\" Event=\"ship\" Attribute=\"cost:total\" CheckpointRef=\"C3\"/>"
    "</o:Origins></Extension>\n"
    "<Extension><OWC/></Extension>\n" /* 40 */
    "</BAMDefinition>\n";

/* The sample with the first `old` replaced by `with`, read; fails the test when `old` is not in it.
 */
static inline int
sample_read(struct definition *d, const char *old, const char *with, struct findings *list)
{
    struct text xml = TEXT_INIT;
    struct fault f = FAULT_INIT;
    const char *at = strstr(sample_xml, old);
    int rc;

    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    text_add_bytes(&xml, sample_xml, (size_t)(at - sample_xml));
    text_add(&xml, with);
    text_add(&xml, at + strlen(old));
    rc = definition_read_text(d, text_get(&xml), xml.length, list, &f);
    CU_ASSERT_EQUAL(f.kind, rc == 0 ? FAULT_NONE : FAULT_DATA);
    text_release(&xml);
    return rc;
}

/* True when the changed sample is refused with `count` findings, one of which holds `line`
 * ("x.xml:LINE: text"). Prints what came instead. */
static inline bool
sample_is_refused(const char *old, const char *with, size_t count, const char *line)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    bool ok = sample_read(&d, old, with, &list) == -1 && list.count == count &&
              test_contains(text_get(&list.lines), line) && d.activity_count == 0;

    if (!ok)
        fprintf(stderr, "\n  wanted %zu, %s\n%s", count, line, text_get(&list.lines));
    definition_release(&d);
    findings_release(&list);
    return ok;
}

static inline bool
sample_is_accepted(const char *old, const char *with)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct definition d = DEFINITION_INIT;
    bool ok = sample_read(&d, old, with, &list) == 0 && list.count == 0;

    if (!ok)
        fprintf(stderr, "\n%s", text_get(&list.lines));
    definition_release(&d);
    findings_release(&list);
    return ok;
}

#endif

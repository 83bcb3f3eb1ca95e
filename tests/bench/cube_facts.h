/*
 * cube_facts: the two sets of facts that cubes are measured with. Fact i (from 0 on) is at city
 * i*7919 mod 500 and so on in the dense set, at independent hashes of i in the sparse one; the
 * peer's script says the same in SQL.
 */
#ifndef TESTS_BENCH_CUBE_FACTS_H
#define TESTS_BENCH_CUBE_FACTS_H

#include <stdint.h>

#include "config/base/value.h"

enum { FACT_CITY, FACT_PRODUCT, FACT_DAY, FACT_SIZE, FACT_STAGE, FACT_DIMENSIONS };
enum { FACT_COLUMNS = FACT_DIMENSIONS + 2 };

static const struct {
    const char *dimension;
    int64_t members;
    int64_t factor;      /* of the dense set */
    int64_t hash_factor; /* of the sparse set */
} fact_domains[FACT_DIMENSIONS] = {
    [FACT_CITY] = {"Location", 500, 7919, 1181783497},
    [FACT_PRODUCT] = {"Product", 1000, 104729, 1500450271},
    [FACT_DAY] = {"Time", 730, 31, 1779033703},
    [FACT_SIZE] = {"Size", 3, 13, 1013904223},
    [FACT_STAGE] = {"Progress", 6, 17, 1359893119},
};

static inline int64_t
fact_member(int sparse, int dimension, int64_t i)
{
    int64_t x = i * fact_domains[dimension].hash_factor % 2147483629;

    if (sparse)
        return (x * x + i) % 2147483647 % fact_domains[dimension].members;
    return i * fact_domains[dimension].factor % fact_domains[dimension].members;
}

/* Keys (members count from 1), amount, pieces. */
static inline void
fact_row(int sparse, int64_t i, struct value row[FACT_COLUMNS])
{
    for (int k = 0; k < FACT_DIMENSIONS; k++)
        row[k] = (struct value){.type = VALUE_INT, .as.integer = fact_member(sparse, k, i) + 1};
    row[FACT_DIMENSIONS] =
        (struct value){.type = VALUE_FLOAT, .as.real = (double)(i % 1000) * 0.37};
    row[FACT_DIMENSIONS + 1] = (struct value){.type = VALUE_INT, .as.integer = i % 777};
}

static const char fact_definition[] =
    "<BAMDefinition xmlns=\"http://schemas.microsoft.com/BizTalkServer/2004/10/BAM\">"
    "<Activity Name=\"Sale\" ID=\"A\">"
    "<Checkpoint Name=\"State\" ID=\"C1\" DataType=\"NVARCHAR\" DataLength=\"30\"/>"
    "<Checkpoint Name=\"City\" ID=\"C2\" DataType=\"NVARCHAR\" DataLength=\"30\"/>"
    "<Checkpoint Name=\"Category\" ID=\"C3\" DataType=\"NVARCHAR\" DataLength=\"30\"/>"
    "<Checkpoint Name=\"Product\" ID=\"C4\" DataType=\"NVARCHAR\" DataLength=\"30\"/>"
    "<Checkpoint Name=\"Day\" ID=\"C5\" DataType=\"DATETIME\"/>"
    "<Checkpoint Name=\"Number\" ID=\"C6\" DataType=\"INT\"/>"
    "<Checkpoint Name=\"Amount\" ID=\"C7\" DataType=\"FLOAT\"/>"
    "<Checkpoint Name=\"Pieces\" ID=\"C8\" DataType=\"INT\"/>"
    "</Activity>"
    "<View Name=\"Sales\" ID=\"V\"><ActivityView Name=\"SaleView\" ID=\"AV\" ActivityRef=\"A\">"
    "<Alias Name=\"State\" ID=\"L1\"><CheckpointRef>C1</CheckpointRef></Alias>"
    "<Alias Name=\"City\" ID=\"L2\"><CheckpointRef>C2</CheckpointRef></Alias>"
    "<Alias Name=\"Category\" ID=\"L3\"><CheckpointRef>C3</CheckpointRef></Alias>"
    "<Alias Name=\"Product\" ID=\"L4\"><CheckpointRef>C4</CheckpointRef></Alias>"
    "<Alias Name=\"Day\" ID=\"L5\"><CheckpointRef>C5</CheckpointRef></Alias>"
    "<Alias Name=\"Number\" ID=\"L6\"><CheckpointRef>C6</CheckpointRef></Alias>"
    "<Alias Name=\"Amount\" ID=\"L7\"><CheckpointRef>C7</CheckpointRef></Alias>"
    "<Alias Name=\"Pieces\" ID=\"L8\"><CheckpointRef>C8</CheckpointRef></Alias>"
    "</ActivityView></View>"
    "<Cube Name=\"Sales\" ID=\"Q\" ActivityViewRef=\"AV\">"
    "<Measure Name=\"Facts\" ID=\"M1\" AliasRef=\"L7\" AggregationFunction=\"Count\"/>"
    "<Measure Name=\"AmountTotal\" ID=\"M2\" AliasRef=\"L7\" AggregationFunction=\"Sum\"/>"
    "<Measure Name=\"PieceTotal\" ID=\"M3\" AliasRef=\"L8\" AggregationFunction=\"Sum\"/>"
    "<Measure Name=\"AmountLeast\" ID=\"M4\" AliasRef=\"L7\" AggregationFunction=\"Min\"/>"
    "<Measure Name=\"AmountMost\" ID=\"M5\" AliasRef=\"L7\" AggregationFunction=\"Max\"/>"
    "<DataDimension Name=\"Location\" ID=\"N1\"><LevelAliasRef>L1</LevelAliasRef>"
    "<LevelAliasRef>L2</LevelAliasRef></DataDimension>"
    "<DataDimension Name=\"Product\" ID=\"N2\"><LevelAliasRef>L3</LevelAliasRef>"
    "<LevelAliasRef>L4</LevelAliasRef></DataDimension>"
    "<TimeDimension Name=\"Time\" ID=\"N3\" TimeStampAliasRef=\"L5\"><TimeLevel>Year</TimeLevel>"
    "<TimeLevel>Month</TimeLevel><TimeLevel>Day</TimeLevel></TimeDimension>"
    "<NumericRangeDimension Name=\"Size\" ID=\"N4\" NumericAliasRef=\"L6\">"
    "<Range Name=\"small\" ID=\"R1\" From=\"0\" To=\"1\"/>"
    "<Range Name=\"middle\" ID=\"R2\" From=\"1\" To=\"2\"/>"
    "<Range Name=\"large\" ID=\"R3\" From=\"2\" To=\"3\"/></NumericRangeDimension>"
    "<ProgressDimension Name=\"Progress\" ID=\"N5\">"
    "<ProgressStage Name=\"s0\" ID=\"S0\" TimeStampAliasRef=\"L5\">"
    "<ProgressStage Name=\"s1\" ID=\"S1\" TimeStampAliasRef=\"L5\"/>"
    "<ProgressStage Name=\"s2\" ID=\"S2\" TimeStampAliasRef=\"L5\"/>"
    "<ProgressStage Name=\"s3\" ID=\"S3\" TimeStampAliasRef=\"L5\"/>"
    "<ProgressStage Name=\"s4\" ID=\"S4\" TimeStampAliasRef=\"L5\"/>"
    "<ProgressStage Name=\"s5\" ID=\"S5\" TimeStampAliasRef=\"L5\"/>"
    "</ProgressStage></ProgressDimension></Cube></BAMDefinition>";

#endif

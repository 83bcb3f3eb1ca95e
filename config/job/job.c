#include "config/job/job.h"

void
job_release(struct job *j)
{
    arena_release(&j->memory);
    *j = (struct job)JOB_INIT;
}

const char job_nightly_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<!-- The built-in nightly job. Steps run in this order; see config/README.md. -->\n"
    "<Job xmlns=\"urn:nightcube:job:1\" Name=\"nightly\">\n"
    "  <BackupDatabase Name=\"backup-primary\" Database=\"PrimaryImport\"/>\n"
    "  <BackupDatabase Name=\"backup-others\" Database=\"Other:*\"/>\n"
    "  <MaintainData Name=\"maintain\" Activity=\"*\" BackupArchive=\"true\"/>\n"
    "  <LoadStarSchema Name=\"load\" Cube=\"*\"/>\n"
    "  <ProcessCube Name=\"process\" Cube=\"*\" Type=\"ProcessDefault\"/>\n"
    "  <BackupAnalysis Name=\"backup-analysis\" Database=\"*\"/>\n"
    "  <BackupDatabase Name=\"backup-star\" Database=\"StarSchema\"/>\n"
    "</Job>\n";

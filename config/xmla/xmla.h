/*
 * xmla: the job steps of Analysis Services (XML for Analysis: Batch, Backup, Restore, Process) as a
 * job of ours, so that they run unchanged. An element that is not honoured is refused by name.
 *
 * Elements, values and defaults are those of the "XML for Analysis Schema" reference of Analysis
 * Services, "Commands (XMLA)". What ours does where theirs has a choice stands in the README
 * beside.
 */
#ifndef CONFIG_XMLA_XMLA_H
#define CONFIG_XMLA_XMLA_H

#include <libxml/tree.h>

#include "config/base/findings.h"
#include "config/job/job.h"

/* Does the document stand in the namespace of the Analysis Services engine? */
bool xmla_is(const xmlNode *root);

/* Fills an empty job: its name is "xmla:" and the source's file name, its steps are called backup,
 * restore and process, numbered when there are several. What is wrong goes to `list`; -1 only when
 * memory runs out. */
int xmla_read(struct job *j, const xmlNode *root, struct findings *list, struct fault *f);

#endif

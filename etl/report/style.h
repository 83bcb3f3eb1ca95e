/*
 * style: how a report looks: light and dark by the reader's own choice, narrow screens, print.
 */
#ifndef ETL_REPORT_STYLE_H
#define ETL_REPORT_STYLE_H

extern const char report_style[];

#endif

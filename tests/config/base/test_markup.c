#include <stdio.h>
#include <string.h>

#include "config/base/file.h"
#include "config/base/markup.h"
#include "tests/harness.h"

static xmlDoc *
read_string(const char *xml, struct findings *list, struct fault *f)
{
    return markup_read(xml, strlen(xml), list, f);
}

/* True when the text is refused, the findings hold `part`, and there are `count` of them. */
static bool
is_refused(const char *xml, size_t length, const char *part, size_t count)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct fault f = FAULT_INIT;
    xmlDoc *document = markup_read(xml, length, &list, &f);
    bool ok = document == NULL && f.kind == FAULT_DATA && list.count == count &&
              test_contains(text_get(&list.lines), part);

    if (!ok)
        fprintf(stderr, "\n    %s", text_get(&list.lines));
    markup_free(document);
    findings_release(&list);
    return ok;
}

static void
walks_elements_only(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct fault f = FAULT_INIT;
    xmlDoc *document = read_string(
        "<!-- c --><r xmlns='u'>t<!-- c -->\n<a v='1 &lt; 2 &amp;'/>\n<b/></r>", &list, &f);
    xmlNode *a;

    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    a = markup_first(markup_root(document));
    CU_ASSERT_STRING_EQUAL(markup_name(a), "a");
    CU_ASSERT_STRING_EQUAL(markup_namespace(a), "u");
    CU_ASSERT_STRING_EQUAL(markup_attribute(a, "v"), "1 < 2 &");
    CU_ASSERT_PTR_NULL(markup_attribute(a, "w"));
    CU_ASSERT_EQUAL(markup_line(a), 2);
    CU_ASSERT_STRING_EQUAL(markup_name(markup_next(a)), "b");
    CU_ASSERT_PTR_NULL(markup_next(markup_next(a)));
    markup_free(document);
    findings_release(&list);
}

static void
content_is_trimmed_and_joined(void)
{
    struct findings list = FINDINGS_INIT("x.xml");
    struct fault f = FAULT_INIT;
    struct text t = TEXT_INIT;
    xmlDoc *document =
        read_string("<r>\n  a &gt;<!-- c --> <![CDATA[<b> ]]><i>x</i>\t</r>", &list, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    text_add(&t, " ");
    markup_add_content(&t, markup_root(document));
    CU_ASSERT_STRING_EQUAL(text_get(&t), " a > <b>");
    text_release(&t);
    markup_free(document);
    findings_release(&list);
}

static void
refuses_a_doctype_before_its_entities(void)
{
    static const char xml[] = "<?xml version='1.0'?>\n<!DOCTYPE r [<!ENTITY a 'aaaa'>\n"
                              "<!ENTITY b SYSTEM 'file:///etc/passwd'>]>\n<r>&a;&b;</r>";

    CU_ASSERT(is_refused(xml, sizeof xml - 1, "x.xml:2: a DOCTYPE is not accepted", 1));
}

static void
names_the_line_that_is_not_well_formed(void)
{
    static const char xml[] = "<r>\n<a>\n<b v=\"<\"/></a>\n</r>";

    CU_ASSERT(is_refused(xml, sizeof xml - 1, "x.xml:3: ", 1));
}

static void
refuses_an_undeclared_prefix(void)
{
    CU_ASSERT(is_refused("<r>\n<p:a/></r>", 14, "x.xml:2: Namespace prefix p", 1));
}

/* A thousand times as many would take minutes; in UTF-16 the guard sees them too. */
static void
refuses_an_element_of_too_many_attributes(void)
{
    enum { MANY = 10001 };
    struct text xml = TEXT_INIT, wide = TEXT_INIT;

    text_add(&xml, "<r");
    for (int i = 0; i < MANY; i++)
        text_add_format(&xml, " a%d =\n'>'", i);
    text_add(&xml, "/>");
    for (size_t i = 0; i < xml.length; i++) {
        text_add_char(&wide, text_get(&xml)[i]);
        text_add_bytes(&wide, "", 1);
    }
    CU_ASSERT(is_refused(text_get(&xml), xml.length, "more than 10000 attributes", 1));
    CU_ASSERT(is_refused(text_get(&wide), wide.length, "more than 10000 attributes", 1));
    text_release(&wide);
    text_release(&xml);
}

/* As large as one attribute may be, and larger. */
static void
refuses_a_giant_attribute(void)
{
    struct text xml = TEXT_INIT;

    text_add(&xml, "<r a='");
    for (int i = 0; i < 11 * 1024; i++)
        text_add_format(&xml, "%01024d", 0);
    text_add(&xml, "'/>");
    CU_ASSERT(is_refused(text_get(&xml), xml.length, "too long", 1));
    text_release(&xml);
}

static void
refuses_other_encodings(void)
{
    static const struct {
        const char *xml, *why;
    } cases[] = {
        {"<?xml version='1.0' encoding='UTF-16'?><r/>", "UTF-16"},
        {"<?xml version='1.0' encoding='nonsense'?><r/>", "nonsense"},
        {"<?xml version='1.0' encoding='UTF-7'?><r a+AD0-'x'/>", "encoding is not accepted"},
        {"<?xml version='1.0' encoding='IBM037'?><r/>", ""},
        {"\x4c\x6f\xa7\x94\x93\x40", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT(is_refused(cases[i].xml, strlen(cases[i].xml), cases[i].why, 1));
}

static void
refuses_nothing_and_noise(void)
{
    CU_ASSERT(is_refused("", 0, "empty", 1));
    CU_ASSERT(is_refused("\xFF\xFE<", 3, "x.xml", 1));
    CU_ASSERT(is_refused("<r>\xC3</r>", 8, "x.xml:1: ", 1));
}

static void
refuses_a_document_over_the_limit(void)
{
    static char xml[MARKUP_LIMIT_BYTES + 1];

    memset(xml, ' ', sizeof xml);
    CU_ASSERT(is_refused(xml, sizeof xml, "longer than", 1));
}

static void
refuses_a_document_too_deep(void)
{
    static char xml[300 * 3 + 1];

    for (int i = 0; i < 300; i++)
        memcpy(xml + i * 3, "<r>", 3);
    CU_ASSERT(is_refused(xml, strlen(xml), "depth", 1));
}

static void
reads_utf16_with_a_byte_order_mark(void)
{
    static const char xml[] = "\xFF\xFE<\0r\0 \0v\0=\0'\0\xE9\0'\0/\0>\0";
    struct findings list = FINDINGS_INIT("x.xml");
    struct fault f = FAULT_INIT;
    xmlDoc *document = markup_read(xml, sizeof xml - 1, &list, &f);

    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    CU_ASSERT_STRING_EQUAL(markup_attribute(markup_root(document), "v"), "\xC3\xA9");
    markup_free(document);
    findings_release(&list);
}

static void
a_missing_file_is_no_input(void)
{
    struct findings list = FINDINGS_INIT("none.xml");
    struct fault f = FAULT_INIT;

    CU_ASSERT_PTR_NULL(markup_read_file("none.xml", &list, &f));
    CU_ASSERT_EQUAL(f.kind, FAULT_NO_INPUT);
    CU_ASSERT_EQUAL(list.count, 0);
    findings_release(&list);
}

static void
write_sample(struct markup_writer *w, struct text *xml, const char *value)
{
    markup_begin(w, xml);
    markup_open(w, "r", "urn:x");
    markup_set(w, "v", value);
    markup_leaf(w, "t", value);
    markup_open(w, "e", NULL);
    markup_set_format(w, "n", "%d", 7);
    markup_close(w, "e");
    markup_verbatim(w, "<raw/>");
    markup_close(w, "r");
}

static void
the_writer_escapes_and_indents(void)
{
    struct text xml = TEXT_INIT;
    struct markup_writer w;
    struct fault f = FAULT_INIT;

    write_sample(&w, &xml, "a<\"&\n>");
    ASSERT_OK(markup_finish(&w, &f), &f);
    CU_ASSERT_STRING_EQUAL(text_get(&xml), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                           "<r xmlns=\"urn:x\" v=\"a&lt;&quot;&amp;&#10;&gt;\">\n"
                                           "  <t>a&lt;&quot;&amp;&#10;&gt;</t>\n"
                                           "  <e n=\"7\"/>\n"
                                           "  <raw/>\n"
                                           "</r>\n");
    text_release(&xml);
}

static void
what_was_written_reads_back(void)
{
    static const char value[] = " \t\r\n'\"<>&]]> \xC3\xA9\xF0\x9F\x98\x80";
    struct findings list = FINDINGS_INIT("x.xml");
    struct text xml = TEXT_INIT;
    struct markup_writer w;
    struct fault f = FAULT_INIT;
    xmlDoc *document;

    write_sample(&w, &xml, value);
    ASSERT_OK(markup_finish(&w, &f), &f);
    document = markup_read(text_get(&xml), xml.length, &list, &f);
    CU_ASSERT_PTR_NOT_NULL_FATAL(document);
    CU_ASSERT_STRING_EQUAL(markup_attribute(markup_root(document), "v"), value);
    markup_free(document);
    findings_release(&list);
    text_release(&xml);
}

static void
the_writer_refuses_what_xml_cannot_hold(void)
{
    static const char *const values[] = {"\x01", "\xC3", "\xEF\xBF\xBE", "\xED\xA0\x80"};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct text xml = TEXT_INIT;
        struct markup_writer w;
        struct fault f = FAULT_INIT;

        write_sample(&w, &xml, values[i]);
        ASSERT_FAULT(markup_finish(&w, &f), &f, FAULT_DATA, "XML cannot hold");
        text_release(&xml);
    }
}

const struct test suite_config_base_markup[] = {
    {"walks elements only", walks_elements_only},
    {"content is trimmed and joined", content_is_trimmed_and_joined},
    {"refuses a DOCTYPE before its entities", refuses_a_doctype_before_its_entities},
    {"names the line that is not well-formed", names_the_line_that_is_not_well_formed},
    {"refuses an undeclared prefix", refuses_an_undeclared_prefix},
    {"refuses an element of too many attributes", refuses_an_element_of_too_many_attributes},
    {"refuses a giant attribute", refuses_a_giant_attribute},
    {"refuses other encodings", refuses_other_encodings},
    {"refuses nothing and noise", refuses_nothing_and_noise},
    {"refuses a document over the limit", refuses_a_document_over_the_limit},
    {"refuses a document too deep", refuses_a_document_too_deep},
    {"reads UTF-16 with a byte order mark", reads_utf16_with_a_byte_order_mark},
    {"a missing file is no input", a_missing_file_is_no_input},
    {"the writer escapes and indents", the_writer_escapes_and_indents},
    {"what was written reads back", what_was_written_reads_back},
    {"the writer refuses what XML cannot hold", the_writer_refuses_what_xml_cannot_hold},
    {0},
};

#include "etl/role/role.h"

#include "config/base/file.h"
#include "tests/harness.h"

static void
fill(struct role_list *l)
{
    struct fault f = FAULT_INIT;

    ASSERT_OK(role_add(l, "Sales", NULL, &f), &f);
    ASSERT_OK(role_add(l, "Sales", "D\\anna & <co>", &f), &f);
    ASSERT_OK(role_add(l, "Sales", "D\\otto", &f), &f);
    ASSERT_OK(role_add(l, "Empty", NULL, &f), &f);
}

static void
roles_are_read_as_they_were_written(void)
{
    struct role_list l = ROLE_LIST_INIT, back = ROLE_LIST_INIT;
    struct fault f = FAULT_INIT;

    fill(&l);
    ASSERT_OK(role_write(&l, "cubes", &f), &f);
    ASSERT_OK(role_read(&back, "cubes", &f), &f);
    CU_ASSERT_EQUAL_FATAL(back.count, 2);
    CU_ASSERT_EQUAL_FATAL(back.items[0].member_count, 2);
    CU_ASSERT_STRING_EQUAL(back.items[0].members[0], "D\\anna & <co>");
    CU_ASSERT_EQUAL(back.items[1].member_count, 0);
    role_list_release(&l);
    role_list_release(&back);
}

static void
a_directory_without_a_file_has_no_roles(void)
{
    struct role_list l = ROLE_LIST_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(role_read(&l, "nowhere", &f), &f);
    CU_ASSERT_EQUAL(l.count, 0);
}

static void
what_is_removed_is_gone(void)
{
    struct role_list l = ROLE_LIST_INIT;
    struct fault f = FAULT_INIT;

    fill(&l);
    ASSERT_OK(role_remove(&l, "Sales", "D\\anna & <co>", &f), &f);
    CU_ASSERT_EQUAL_FATAL(l.items[0].member_count, 1);
    CU_ASSERT_STRING_EQUAL(l.items[0].members[0], "D\\otto");
    ASSERT_OK(role_remove(&l, "Sales", NULL, &f), &f);
    CU_ASSERT_EQUAL_FATAL(l.count, 1);
    CU_ASSERT_STRING_EQUAL(l.items[0].name, "Empty");
    role_list_release(&l);
}

static void
what_is_not_there_is_refused(void)
{
    struct role_list l = ROLE_LIST_INIT;
    struct fault f = FAULT_INIT;

    fill(&l);
    ASSERT_FAULT(role_add(&l, "Sales", NULL, &f), &f, FAULT_DATA, "role 'Sales' already");
    ASSERT_FAULT(role_add(&l, "Sales", "D\\otto", &f), &f, FAULT_DATA, "already");
    ASSERT_FAULT(role_add(&l, "Sale", "x", &f), &f, FAULT_DATA, "there is no role 'Sale'");
    ASSERT_FAULT(role_remove(&l, "Empty", "x", &f), &f, FAULT_DATA, "no member 'x'");
    ASSERT_FAULT(role_add(&l, "", NULL, &f), &f, FAULT_DATA, "1 to 400 bytes");
    role_list_release(&l);
}

static void
a_file_of_another_kind_is_refused(void)
{
    static const char xml[] = "<Roles xmlns=\"urn:nightcube:roles:1\"><Rule Name=\"a\"/></Roles>";
    struct role_list l = ROLE_LIST_INIT;
    struct fault f = FAULT_INIT;

    ASSERT_OK(file_write_all(ROLE_FILE, xml, sizeof xml - 1, 0600, &f), &f);
    ASSERT_FAULT(role_read(&l, ".", &f), &f, FAULT_DATA, "element Rule is not known in Roles");
    role_list_release(&l);
}

static void
expect_after(enum security security, size_t roles, size_t members)
{
    struct role_list l = ROLE_LIST_INIT, left = ROLE_LIST_INIT;
    struct fault f = FAULT_INIT;

    fill(&l);
    ASSERT_OK(role_write(&l, "cubes", &f), &f);
    ASSERT_OK(role_restrict("cubes", security, &f), &f);
    ASSERT_OK(role_read(&left, "cubes", &f), &f);
    CU_ASSERT_EQUAL(left.count, roles);
    CU_ASSERT_EQUAL(left.count > 0 ? left.items[0].member_count : 0, members);
    role_list_release(&l);
    role_list_release(&left);
}

static void
a_restore_takes_over_what_it_is_told_to(void)
{
    expect_after(SECURITY_COPY_ALL, 2, 2);
    expect_after(SECURITY_SKIP_MEMBERSHIP, 2, 0);
    expect_after(SECURITY_IGNORE, 0, 0);
}

const struct test suite_etl_role_role[] = {
    {"roles are read as they were written", roles_are_read_as_they_were_written},
    {"a directory without a file has no roles", a_directory_without_a_file_has_no_roles},
    {"what is removed is gone", what_is_removed_is_gone},
    {"what is not there is refused", what_is_not_there_is_refused},
    {"a file of another kind is refused", a_file_of_another_kind_is_refused},
    {"a restore takes over what it is told to", a_restore_takes_over_what_it_is_told_to},
    {0},
};

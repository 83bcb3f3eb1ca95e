#include "etl/command/invocation.h"

#include <assert.h>
#include <string.h>

#include "config/base/nearest.h"
#include "config/base/number.h"
#include "etl/command/command.h"
#include "etl/command/options.h"

void
invocation_release(struct invocation *i)
{
    if (i->site_is_open)
        site_close(&i->site);
    for (struct held_secret *h = i->secrets; h != NULL; h = h->next)
        secret_release(&h->secret);
    identity_list_release(&i->identities);
    arena_release(&i->memory);
    *i = (struct invocation)INVOCATION_INIT;
}

const char *
invocation_argument(const struct invocation *i, size_t number)
{
    return number < i->argument_count ? i->arguments[number] : NULL;
}

static const struct command_option *
find_declared(const struct invocation *i, const char *name)
{
    const struct command_option *o = command_option_find(options_global, name, strlen(name));

    if (o == NULL && i->command != NULL)
        o = command_option_find(i->command->options, name, strlen(name));
    assert(o != NULL || i->command == NULL);
    return o;
}

/* The last one given. */
static const struct given_option *
find_given(const struct invocation *i, const char *name)
{
    const struct command_option *o = find_declared(i, name);

    for (size_t k = i->option_count; k > 0; k--) {
        if (i->options[k - 1].option == o)
            return &i->options[k - 1];
    }
    return NULL;
}

bool
invocation_has(const struct invocation *i, const char *name)
{
    return find_given(i, name) != NULL;
}

const char *
invocation_option(const struct invocation *i, const char *name)
{
    const struct given_option *given = find_given(i, name);

    return given == NULL ? NULL : given->value;
}

const char **
invocation_options(struct invocation *i, const char *name, size_t *count, struct fault *f)
{
    const struct command_option *o = find_declared(i, name);
    const char **values = arena_array(&i->memory, i->option_count + 1, sizeof *values);

    *count = 0;
    if (values == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    for (size_t k = 0; k < i->option_count; k++) {
        if (i->options[k].option == o)
            values[(*count)++] = i->options[k].value;
    }
    return values;
}

int
invocation_number(const struct invocation *i, const char *name, int64_t least, int64_t most,
    int64_t *number, struct fault *f)
{
    const char *value = invocation_option(i, name);
    int64_t read;

    if (value == NULL)
        return 0;
    if (number_parse_int(value, strlen(value), &read) == 0 && read >= least && read <= most) {
        *number = read;
        return 0;
    }
    if (most == INT64_MAX)
        return fault_set(f, FAULT_USAGE, "--%s is a whole number from %lld on, not '%s'", name,
            (long long)least, value);
    return fault_set(f, FAULT_USAGE, "--%s is a whole number from %lld to %lld, not '%s'", name,
        (long long)least, (long long)most, value);
}

int
invocation_choice(const struct invocation *i, const char *name, const char *const *words,
    size_t *chosen, struct fault *f)
{
    const char *value = invocation_option(i, name);
    struct nearest n;

    if (value == NULL)
        return 0;
    nearest_init(&n, value);
    for (size_t k = 0; words[k] != NULL; k++) {
        if (strcmp(words[k], value) == 0) {
            *chosen = k;
            return 0;
        }
        nearest_offer(&n, words[k]);
    }
    fault_set(f, FAULT_USAGE, "--%s does not know '%s'", name, value);
    return nearest_hint(&n, f);
}

/* ---- secrets ---- */

/* Only a {secret:NAME} needs the settings: where they say that secrets lie. */
static int
read_secret(struct invocation *i, const char *from, const struct secret_prompt *prompt,
    struct secret *s, struct fault *f)
{
    struct site *site = NULL;

    if (from[0] == '{' && (site = invocation_site(i, f)) == NULL)
        return -1;
    return secret_read(s, from, prompt, site == NULL ? NULL : &site->settings, f);
}

const char *
invocation_passphrase(struct invocation *i, const char *option, bool is_new, struct fault *f)
{
    const struct secret_prompt prompt = {is_new ? "new passphrase" : "passphrase", is_new};
    const char *from = invocation_option(i, option);
    struct held_secret *h;

    if (from == NULL)
        return NULL;
    for (h = i->secrets; h != NULL; h = h->next) {
        if (strcmp(h->option, option) == 0)
            return h->secret.bytes;
    }
    if ((h = arena_alloc(&i->memory, sizeof *h)) == NULL) {
        fault_set_memory(f);
        return NULL;
    }
    *h = (struct held_secret){.option = option, .secret = SECRET_INIT};
    if (read_secret(i, from, &prompt, &h->secret, f) != 0)
        return NULL;
    h->next = i->secrets;
    i->secrets = h;
    return h->secret.bytes;
}

int
invocation_read_identities(
    struct invocation *i, const char *from, struct identity_list *list, struct fault *f)
{
    static const struct secret_prompt prompt = {"identity (AGE-SECRET-KEY-1...)", false};
    struct secret s = SECRET_INIT;
    int rc;

    if (!secret_is_no_file(from))
        return identity_list_read(list, from, f);
    rc = read_secret(i, from, &prompt, &s, f);
    if (rc == 0 && (rc = identity_list_parse(list, s.bytes, strlen(s.bytes), f)) != 0)
        fault_wrap(f, "identity from %s", from);
    secret_release(&s);
    return rc;
}

static int
add_identities(struct invocation *i, const char *from, struct fault *f)
{
    struct identity_list list = IDENTITY_LIST_INIT;
    int rc = invocation_read_identities(i, from, &list, f);

    if (rc == 0)
        rc = identity_list_join(&i->identities, &list, f);
    identity_list_release(&list);
    return rc;
}

const struct identity_list *
invocation_identities(struct invocation *i, struct fault *f)
{
    size_t count;
    const char **files = invocation_options(i, "identity-file", &count, f);

    if (files == NULL)
        return NULL;
    if (i->identities.count > 0)
        return &i->identities;
    for (size_t k = 0; k < count; k++) {
        if (add_identities(i, files[k], f) != 0)
            return NULL;
    }
    return &i->identities;
}

/* ---- choices ---- */

int
invocation_want_one(
    const struct invocation *i, const char *first, const char *second, struct fault *f)
{
    bool has_first = invocation_has(i, first);
    bool has_second = invocation_has(i, second);

    if (has_first && has_second)
        return fault_set(f, FAULT_USAGE, "--%s and --%s exclude each other", first, second);
    if (!has_first && !has_second)
        return fault_set(f, FAULT_USAGE, "%s needs --%s or --%s", i->command->name, first, second);
    return 0;
}

struct site *
invocation_site(struct invocation *i, struct fault *f)
{
    if (!i->site_is_open) {
        if (site_open(&i->site, invocation_option(i, "config"), f) != 0) {
            site_close(&i->site);
            return NULL;
        }
        i->site_is_open = true;
    }
    return &i->site;
}

struct db *
invocation_primary(struct invocation *i, struct fault *f)
{
    struct site *site = invocation_site(i, f);

    return site == NULL ? NULL : site_primary(site, f);
}

const struct activity *
invocation_activity(const struct definition *d, const char *name, struct fault *f)
{
    const struct activity *a = definition_find_activity(d, name);
    struct nearest n;

    if (a != NULL)
        return a;
    nearest_init(&n, name);
    for (size_t i = 0; i < d->activity_count; i++)
        nearest_offer(&n, d->activities[i].name);
    fault_set(f, FAULT_DATA, "there is no activity '%s'", name);
    if (d->activity_count == 0)
        fault_hint(f, "none is deployed yet: nightcube deploy DEF.xml");
    else
        nearest_hint(&n, f);
    return NULL;
}

int
invocation_definition(struct invocation *i, struct definition *d, struct fault *f)
{
    struct site *site = invocation_site(i, f);

    return site == NULL ? -1 : site_definition(site, d, f);
}

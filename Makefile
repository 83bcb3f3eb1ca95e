# nightcube: `make demo` and `make test` are the two commands; `make help` lists the others.

CC       ?= cc
BUILD    ?= build
WERROR   ?= -Werror
OPT      ?= -O2 -g
SANITIZE ?=
T        ?=

PACKAGES := odbc libxml-2.0 libarchive libcrypto jansson libxxhash
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla $(WERROR)
CPPFLAGS += -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
HARDEN   := -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
CFLAGS   += -std=c17 $(OPT) $(WARNINGS) $(HARDEN) $(SANITIZE) -pthread
# pkg-config is asked when a recipe runs, not when this file is read: `make deps` may install it first.
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES))
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES))
LDLIBS     = $(PKG_LIBS) -lm

FLOORS   := config backup cube etl
SOURCES  := $(sort $(shell find $(FLOORS) -name '*.c'))
MAIN     := etl/command/main.c
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o)
HOUSE    := $(filter-out $(BUILD)/$(MAIN:.c=.o),$(OBJECTS))
SUITES   := $(sort $(shell find tests -name 'test_*.c'))
TESTS    := tests/harness.c $(SUITES) $(BUILD)/tests/suites.c
TEST_OBJECTS := $(patsubst $(BUILD)/%.c,$(BUILD)/%.o,$(patsubst tests/%.c,$(BUILD)/tests/%.o,$(TESTS)))

.PHONY: all deps deps-test demo test check unit scenario lint format sanitize bench clean help
.DELETE_ON_ERROR:

all: nightcube

nightcube: $(BUILD)/nightcube
	@ln -sf $(BUILD)/nightcube $@

$(BUILD)/nightcube: $(OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: $(BUILD)/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Every tests/<path>/test_<noun>.c is the suite <path>.<noun>; this list is made from the file names.
$(BUILD)/tests/suites.c: scripts/list-suites.sh $(SUITES)
	@mkdir -p $(@D)
	scripts/list-suites.sh $(SUITES) > $@

$(BUILD)/unit-tests: $(HOUSE) $(TEST_OBJECTS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcunit

deps:
	@scripts/install-deps.sh run

deps-test:
	@scripts/install-deps.sh test

unit: $(BUILD)/unit-tests
	$(BUILD)/unit-tests $(T)

clean:
	rm -rf $(BUILD) nightcube

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d)

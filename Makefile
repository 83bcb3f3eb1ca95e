# nightcube: `make demo` and `make test` are the two commands; `make help` lists the others.

CC       ?= cc
BUILD    ?= build
WERROR   ?= -Werror
OPT      ?= -O2 -g
SANITIZE ?=
T        ?=
PREFIX   ?= /usr/local
DESTDIR  ?=
B        ?=
V        ?=

PACKAGES := odbc libxml-2.0 libarchive libcrypto jansson libxxhash
LOADED   := libcurl# when it is first needed: backup/store/libcurl.h
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla $(WERROR)
CPPFLAGS += -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
HARDEN   := -fstack-protector-strong $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
CFLAGS   += -std=c17 $(OPT) $(WARNINGS) $(HARDEN) $(SANITIZE) -pthread
# pkg-config is asked when a recipe runs, not when this file is read: `make deps` may install it first.
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) $(LOADED))
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES))
LDLIBS     = $(PKG_LIBS) -lm -ldl

SANITIZED = $(MAKE) BUILD=$(BUILD)/asan OPT='-O1 -g1 -fno-omit-frame-pointer' \
    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined'

FLOORS   := config backup cube etl
SOURCES  := $(sort $(shell find $(FLOORS) -name '*.c'))
MAIN     := etl/command/main.c
OBJECTS  := $(SOURCES:%.c=$(BUILD)/%.o)
HOUSE    := $(filter-out $(BUILD)/$(MAIN:.c=.o),$(OBJECTS))
SUITES   := $(sort $(shell find tests -name 'test_*.c'))
BENCHES  := $(patsubst tests/bench/%_bench.c,$(BUILD)/%-bench,$(wildcard tests/bench/*_bench.c))
BENCH_OBJECTS := $(BUILD)/tests/bench/bench.o $(BUILD)/tests/servers.o
FUZZ_SOURCES := $(filter-out %_main.c,$(sort $(wildcard tests/fuzz/fuzz*.c)))
FUZZ_TARGETS := $(notdir $(wildcard tests/fuzz/corpus/*))
TEST_OBJECTS := $(patsubst %.c,$(BUILD)/%.o,tests/harness.c tests/strike.c tests/refusal.c tests/shortage.c tests/servers.c $(FUZZ_SOURCES) $(SUITES)) $(BUILD)/tests/suites.o
# What the unit tests may refuse to give (tests/shortage.h).
SHORTAGE := $(foreach function,malloc calloc realloc strdup strndup \
    $(addprefix arena_,alloc array append strdup strndup printf),-Wl,--wrap=$(function))
# What databases and files may refuse (tests/refusal.c).
REFUSAL := $(foreach function,$(addprefix SQL,DriverConnect AllocHandle Prepare ExecDirect Execute Fetch GetData BindCol \
    BindParameter RowCount GetDiagRec) open64 close read pread64 write pwrite64 fsync ftruncate64 mmap64 fstat64 rename \
    renameat2 link unlink mkdir rmdir opendir readdir64,-Wl,--wrap=$(function))

# All processors, unless a number of jobs was asked for or this is a make inside a make.
ifeq ($(MAKELEVEL)$(filter -j% --jobs%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif
MAKEFLAGS += --no-print-directory
Q := $(if $(V),,@)

.PHONY: all bench build-bench build-stories build-tests check-deep coverage deps deps-test demo fuzz fuzz-programs test test-long unit sanitize races memcheck hardened musl scenario install uninstall deb test-browser lint lint-deep format clean help always
.DELETE_ON_ERROR:

all: $(BUILD)/nightcube ## the program, ./nightcube (default; V=1 shows the commands)
	@ln -sfn $(BUILD)/nightcube nightcube

deps: ## install what building and running need (Debian; root or sudo)
	@scripts/install-deps.sh run

deps-test: ## the same, and what the tests need
	@scripts/install-deps.sh test
	@scripts/install-emulators.sh

demo: ## install, build and show a night of work on sample data
	@$(MAKE) deps
	@$(MAKE) all
	@scripts/demo.sh

test: ## install, build and run all tests; T=cube.rollup runs one suite of unit tests
	@MAKE='$(MAKE)' BUILD='$(BUILD)' scripts/run-tests.sh '$(T)'

test-long: ## the heavy stories whole; T=PART, LONG_SEED, LONG_SECONDS (each)
	@$(MAKE) deps-test
	@$(MAKE) build-stories
	@scripts/run-long.sh '$(abspath $(BUILD))' '$(T)'

build-stories: $(BUILD)/nightcube $(BUILD)/unit-tests $(BUILD)/tests/fault-shim.so $(BUILD)/with-database

unit: $(BUILD)/unit-tests ## unit tests; T=cube.rollup runs one suite
	$(Q)$(BUILD)/unit-tests $(T)

build-tests: all build-stories
	+@$(SANITIZED) $(BUILD)/asan/unit-tests

sanitize: ## unit tests under AddressSanitizer and UBSan, built in build/asan
	+@$(SANITIZED) unit

# What threads share.
RACING := config.base etl.odbc etl.activity.backlog etl.activity.import etl.dump.survey etl.star.process
races: ## the unit tests of what threads share, under ThreadSanitizer, built in build/tsan; T=etl.odbc.sender runs one suite
	@scripts/install-deps.sh analysis
	+@for suite in $(or $(T),$(RACING)); do \
	    $(MAKE) BUILD=$(BUILD)/tsan OPT='-O1 -g' SANITIZE='-fsanitize=thread' unit T=$$suite || exit 1; \
	done

# What needs no server, and no hours where each instruction is watched.
MEMCHECKED := config backup cube etl.event
memcheck: ## quick unit tests under valgrind: memory that nobody set; T=cube.rollup runs one suite
	@scripts/install-deps.sh analysis
	@$(MAKE) $(BUILD)/unit-tests
	@for suite in $(or $(T),$(MEMCHECKED)); do \
	    valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite --fair-sched=try \
	        --child-silent-after-fork=yes --suppressions=.valgrind $(BUILD)/unit-tests $$suite || exit 1; \
	done

coverage: ## lines and branches that the tests reach, by module, built in build/coverage; T=cube.rollup runs one suite
	@scripts/install-deps.sh coverage
	@scripts/install-emulators.sh
	@$(MAKE) BUILD=$(BUILD)/coverage OPT='-O0 -g' HARDEN= SANITIZE='--coverage -fprofile-update=atomic' \
	    build-stories
	@scripts/coverage.sh '$(BUILD)/coverage' '$(T)'

# What a distribution's hardened build says, and another compiler's opinion: both at once.
hardened: ## unit tests built by clang with all hardening flags, in build/hardened; T=cube.rollup runs one suite
	@scripts/install-deps.sh analysis
	@$(MAKE) unit CC=clang BUILD=$(BUILD)/hardened OPT='$(OPT)' \
	    HARDEN='-fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=3 -fPIE' \
	    LDFLAGS='-pie -Wl,-z,relro,-z,now,-z,noexecstack'

musl: ## every source compiled against musl's headers
	@scripts/install-deps.sh analysis
	@scripts/check-musl.sh '$(BUILD)' -std=c17 $(WARNINGS) $(CPPFLAGS) -pthread

fuzz: ## whatever comes from outside, made up by libFuzzer (clang); T=xes one target, FUZZ_SECONDS=60 each
	@scripts/install-deps.sh analysis
	+@$(MAKE) fuzz-programs CC=clang BUILD=$(BUILD)/fuzz OPT='-O1 -g -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'
	@scripts/run-fuzz.sh '$(BUILD)/fuzz' '$(T)'

fuzz-programs: $(FUZZ_TARGETS:%=$(BUILD)/fuzz-%)

scenario: $(BUILD)/nightcube $(BUILD)/tests/fault-shim.so $(BUILD)/with-database ## tests/scenario/*.sh: whole stories, run with the program
	@scripts/run-scenarios.sh '$(abspath $(BUILD)/nightcube)' $(T)

install: $(BUILD)/nightcube ## program, manual, completion, units below PREFIX=/usr/local; DESTDIR= for packages
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh install '$(abspath $(BUILD)/nightcube)'

uninstall: ## take away what install put there; data stays
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh uninstall '$(abspath $(BUILD)/nightcube)'

deb: $(BUILD)/nightcube ## a Debian package in build/deb
	@scripts/make-deb.sh '$(abspath $(BUILD)/nightcube)' '$(BUILD)/deb'

test-browser: ## reports rendered in headless Chromium; pictures in build/browser
	@scripts/install-deps.sh browser
	@$(MAKE) $(BUILD)/nightcube
	@scripts/test-browser.sh '$(abspath $(BUILD)/nightcube)'

bench: ## measure against peers: B=cube; BENCH_ROWS, BENCH_SETS; writes build/bench/results.tsv
	@scripts/install-deps.sh test
	@$(MAKE) build-bench
	@scripts/bench.sh '$(BUILD)' '$(B)'

build-bench: $(BUILD)/nightcube $(BENCHES) $(BUILD)/with-database

lint: ## floors, banned functions, READMEs and formatting
	@failed=0; scripts/check-layers.sh || failed=1; scripts/check-format.sh || failed=1; exit $$failed

# What both find in a source is asked again when it, a header of it or the list of checks has changed.
lint-deep: ## clang-tidy and cppcheck over the sources that changed since they were last clean; T=cube/ those below it
	@scripts/install-deps.sh analysis
	+@$(MAKE) -k check-deep

check-deep: $(patsubst %.c,$(BUILD)/deep/%.clean,$(filter $(T)%,$(SOURCES)))

format: ## clang-format over all sources
	$(Q)clang-format -i $(shell find $(FLOORS) tests -name '*.[ch]')

clean: ## remove everything that was built
	$(Q)rm -rf $(BUILD) nightcube

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

$(BUILD)/nightcube: $(OBJECTS) $(BUILD)/inputs
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(LDLIBS)

$(BUILD)/unit-tests: $(HOUSE) $(TEST_OBJECTS) $(BUILD)/inputs
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(SHORTAGE) $(REFUSAL) -o $@ $(HOUSE) $(TEST_OBJECTS) $(LDLIBS) -lcunit

# Every tests/bench/<noun>_bench.c is the program <noun>-bench.
$(BENCHES) $(BUILD)/with-database: $(HOUSE) $(BENCH_OBJECTS) $(BUILD)/inputs
	@echo "  LD $@"
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(HOUSE) $(filter %.o,$(filter-out $(HOUSE),$^)) $(LDLIBS)

$(BENCHES): $(BUILD)/%-bench: $(BUILD)/tests/bench/%_bench.o
$(BUILD)/with-database: $(BUILD)/tests/bench/with_database.o
$(BUILD)/import-bench: $(BUILD)/tests/bench/bare.o

# What tests say is run once: it is not worth optimising, which takes more than half of compiling it. Builds that name OPT
# or HARDEN themselves (sanitize, hardened ...) compile tests like the rest.
$(BUILD)/tests/%.o: private OPT = -O0 -g1
$(BUILD)/tests/%.o: private HARDEN =
$(BUILD)/tests/bench/%.o: private OPT = -O2 -g

# One program for each folder of tests/fuzz/corpus.
$(BUILD)/fuzz-%: $(HOUSE) $(FUZZ_SOURCES:%.c=$(BUILD)/%.o) tests/fuzz/fuzz_main.c $(BUILD)/inputs
	@echo "  LD $@"
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -DFUZZ_TARGET='"$*"' -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter-out %/inputs,$^) $(LDLIBS)

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(CPPFLAGS) $(PKG_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/deep/%.clean: $(BUILD)/%.o .clang-tidy .cppcheck scripts/check-deep.sh
	@mkdir -p $(@D)
	@echo "  CHECK $*.c"
	$(Q)scripts/check-deep.sh $*.c -std=c17 $(CPPFLAGS) $(PKG_CFLAGS) && touch $@

$(BUILD)/tests/suites.o: $(BUILD)/tests/suites.c $(BUILD)/flags
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Not with 64-bit offsets by other names: it stands in for the functions of both widths.
$(BUILD)/tests/fault-shim.so: $(wildcard tests/fault/*.c tests/fault/*.h) $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  LD $@"
	$(Q)$(CC) -I. -D_GNU_SOURCE $(PKG_CFLAGS) $(CFLAGS) -fPIC -shared -o $@ $(filter %.c,$^) -ldl

# Every tests/<path>/test_<noun>.c is the suite <path>.<noun>; this list is made from the file names.
$(BUILD)/tests/suites.c: scripts/list-suites.sh $(BUILD)/inputs
	@mkdir -p $(@D)
	@scripts/list-suites.sh $(SUITES) > $@

# Two notes that change only when what they say does: objects never mix flags, and nothing is kept
# of a file that is gone.
$(BUILD)/flags: note = $(CC) $(CPPFLAGS) $(CFLAGS)
$(BUILD)/inputs: note = $(SOURCES) $(SUITES)
$(BUILD)/flags $(BUILD)/inputs: always
	@mkdir -p $(@D)
	@echo '$(note)' | cmp -s - $@ || echo '$(note)' > $@

-include $(OBJECTS:.o=.d) $(TEST_OBJECTS:.o=.d) $(wildcard $(BUILD)/tests/bench/*.d)

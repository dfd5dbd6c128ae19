# Platen. `make run` has a blog at http://127.0.0.1:8080, `make test` passes every test;
# `make help` lists the rest. GNU make 4.3 or newer.

ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# ---- where things go ----
# SAN=1 builds with AddressSanitizer and UBSan, SAN=thread with ThreadSanitizer; each variant in its own folder.
SAN ?=
ifeq ($(SAN),)
B ?= build
else ifeq ($(SAN),thread)
B ?= build/tsan
else
B ?= build/san
endif
PREFIX ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

# ---- compilers and flags ----
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wcast-qual -Wstrict-prototypes -Wwrite-strings \
            -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral $(if $(WERROR),-Werror)
ARCH := $(shell uname -m)
HARDENING := -fstack-protector-strong -fstack-clash-protection -fPIE \
             $(if $(filter x86_64,$(ARCH)),-fcf-protection)
LINK_HARDENING := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(SAN),)
OPTIMIZE ?= -O2 -D_FORTIFY_SOURCE=2
else ifeq ($(SAN),thread)
OPTIMIZE ?= -O1 -fsanitize=thread -fno-omit-frame-pointer -DPLATEN_SANITIZE
LINK_SAN := -fsanitize=thread
else
OPTIMIZE ?= -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DPLATEN_SANITIZE
LINK_SAN := -fsanitize=address,undefined
endif
PACKAGES := libmicrohttpd jansson sqlite3 yaml-0.1 nettle libseccomp libcurl gumbo libdeflate libbrotlienc
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcmark-gfm -lcmark-gfm-extensions -lunistring -lpthread

# Grammars that colour code in posts: npm packages, fetched and compiled into build/grammars once for every
# variant. `make GRAMMARS=` builds without, and so does a machine that has no npm.
GRAMMARS ?= bash c css go html javascript json make python ruby rust sql toml tsx typescript xml yaml
NPM := $(shell command -v npm 2>/dev/null)
G := build/grammars
USED_GRAMMARS := $(sort $(if $(NPM)$(wildcard $(G)/.installed),$(GRAMMARS)))
GRAMMAR_OBJECTS := $(USED_GRAMMARS:%=$(G)/obj/%.o)
PACKAGES += $(if $(USED_GRAMMARS),tree-sitter)
CPPFLAGS += -D_GNU_SOURCE -DPLATEN_VERSION='"$(VERSION)"' -Isrc -I$(B)
CFLAGS_ALL = -std=c17 -g $(OPTIMIZE) $(WARNINGS) $(HARDENING) $(PKG_CFLAGS) $(CFLAGS)

# ---- what is built from what ----
SOURCES := $(sort $(shell find src -name '*.c' -not -path 'src/tools/*'))
OBJECTS := $(SOURCES:src/%.c=$(B)/obj/%.o)
GENERATED := $(B)/gen/sql_statements.c $(B)/gen/embedded_templates.c $(B)/gen/embedded_static.c $(B)/gen/embedded_sql.c \
             $(B)/gen/embedded_queries.c
GEN_OBJECTS := $(GENERATED:$(B)/gen/%.c=$(B)/obj/gen/%.o) $(GRAMMAR_OBJECTS)
LIB_OBJECTS := $(filter-out $(B)/obj/main.o,$(OBJECTS)) $(GEN_OBJECTS)
TEMPLATES := $(sort $(shell find templates -name '*.mustache'))
STATIC := $(sort $(shell find static -type f -not -name '.*'))
MIGRATIONS := $(sort $(wildcard sql/*.sql))
QUERIES := $(sort $(wildcard sql/queries/*.sql))
EMBED := $(B)/embed

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) '$(2)')

.PHONY: all debug run test lint bench fuzz install uninstall clean deps help unit corpora
all: have-packages $(B)/platen

objects: $(OBJECTS) $(GEN_OBJECTS)
.PHONY: objects

debug:
	$(Q)$(MAKE) B=build/debug OPTIMIZE='-O0 -g3' all

$(B)/platen: $(OBJECTS) $(GEN_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS) $(LINK_HARDENING) $(LINK_SAN) -o $@ $^ $(LIBS)

$(B)/libplaten.a: $(LIB_OBJECTS)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/obj/gen/%.o: $(B)/gen/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -c -o $@ $<

$(B)/obj/%.o: src/%.c | $(B)/gen/sql_statements.h $(B)/gen/grammars.h
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(EMBED): src/tools/embed.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -O1 -D_GNU_SOURCE $(WARNINGS) -o $@ $<

$(B)/gen/sql_statements.h: $(QUERIES) $(EMBED)
	$(Q)mkdir -p $(@D)
	$(Q)$(EMBED) statements-header $(QUERIES) >$@
$(B)/gen/sql_statements.c: $(QUERIES) $(EMBED) $(B)/gen/sql_statements.h
	$(Q)$(EMBED) statements $(QUERIES) >$@
$(B)/gen/embedded_templates.c: $(TEMPLATES) $(EMBED)
	$(Q)mkdir -p $(@D)
	$(Q)$(EMBED) files templates templates/ .mustache $(TEMPLATES) >$@
$(B)/gen/embedded_static.c: $(STATIC) $(EMBED)
	$(Q)mkdir -p $(@D)
	$(Q)$(EMBED) files static static/ '' $(STATIC) >$@
$(B)/gen/embedded_sql.c: $(MIGRATIONS) $(EMBED)
	$(Q)mkdir -p $(@D)
	$(Q)$(EMBED) files sql sql/ '' $(MIGRATIONS) >$@

# ---- grammars ----
# Where a grammar's sources lie in its package, and which queries it has (TypeScript adds to JavaScript's).
folder = $(G)/node_modules/$(or $(folder_$1),tree-sitter-$1)
folder_sql := @derekstride/tree-sitter-sql
folder_toml := @tree-sitter-grammars/tree-sitter-toml
folder_yaml := @tree-sitter-grammars/tree-sitter-yaml
folder_xml := @tree-sitter-grammars/tree-sitter-xml
folder_tsx := tree-sitter-typescript
inner_tsx := /tsx
inner_typescript := /typescript
inner_xml := /xml
queries = $(or $(queries_$1),$(call folder,$1)/queries/highlights.scm)
queries_xml = $(call folder,xml)/queries/xml/highlights.scm
queries_typescript = $(call folder,javascript)/queries/highlights.scm $(call folder,typescript)/queries/highlights.scm
queries_tsx = $(call folder,javascript)/queries/highlights.scm $(call folder,javascript)/queries/highlights-jsx.scm \
              $(call folder,typescript)/queries/highlights.scm
queries_javascript = $(call folder,javascript)/queries/highlights.scm $(call folder,javascript)/queries/highlights-jsx.scm

$(G)/.installed: src/content/grammars/package.json src/content/grammars/package-lock.json
	$(call say,NPM,$(@D))
	$(Q)mkdir -p $(@D) && cp $^ $(@D)/
	$(Q)cd $(@D) && npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error >/dev/null || \
	  { echo "The grammars could not be fetched: 'make GRAMMARS=' builds without colours for code."; exit 1; }
	$(Q)touch $@

grammars: $(G)/.installed
.PHONY: grammars

# Foreign code: no warnings of ours, and one build for every variant. Tables gain nothing from -O2.
$(G)/obj/%.o: $(G)/.installed
	$(call say,CC,grammar $*)
	$(Q)mkdir -p $(@D)
	$(Q)for f in parser scanner; do \
	  [ ! -f $(call folder,$*)$(inner_$*)/src/$$f.c ] || \
	  $(CC) -std=c11 -D_GNU_SOURCE -w -O1 -fstack-protector-strong -fPIC -I$(call folder,$*)$(inner_$*)/src \
	    -c -o $(G)/obj/$*.$$f.part $(call folder,$*)$(inner_$*)/src/$$f.c || exit 1; done
	$(Q)ld -r -o $@ $(G)/obj/$*.*.part && rm -f $(G)/obj/$*.*.part

# Written anew only when the list changes.
$(B)/gen/grammars.h: FORCE
	$(Q)mkdir -p $(@D)
	$(Q){ echo '#define PLATEN_GRAMMARS $(words $(USED_GRAMMARS))'; \
	  echo '#define PLATEN_EACH_GRAMMAR(X) $(foreach g,$(USED_GRAMMARS),X($g))'; } >$@.new
	$(Q)if cmp -s $@ $@.new; then rm $@.new; else mv $@.new $@; \
	  $(if $(USED_GRAMMARS)$(if $(GRAMMARS),,none),,echo "  No npm here: code in posts stays without colours.";) fi
$(B)/gen/embedded_queries.c: $(B)/gen/grammars.h $(if $(USED_GRAMMARS),$(G)/.installed) $(EMBED)
	$(Q)rm -rf $(B)/gen/queries && mkdir -p $(B)/gen/queries
	$(Q)$(foreach g,$(USED_GRAMMARS),cat $(call queries,$g) >$(B)/gen/queries/$g.scm &&) \
	$(EMBED) files queries $(B)/gen/queries/ .scm $(USED_GRAMMARS:%=$(B)/gen/queries/%.scm) >$@
FORCE: ;
.PHONY: FORCE

-include $(OBJECTS:.o=.d)

# ---- unit tests ----
UNIT_SOURCES := $(sort $(wildcard tests/unit/test_*.c))
UNIT_TESTS := $(UNIT_SOURCES:tests/unit/%.c=$(B)/unit/%)
$(B)/unit/%: tests/unit/%.c $(B)/libplaten.a
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -Itests/unit $(CFLAGS_ALL) $(LINK_HARDENING) $(LINK_SAN) -MMD -MP -MF $@.d -o $@ $< $(B)/libplaten.a -lcmocka $(LIBS)
-include $(UNIT_TESTS:=.d)
unit: $(UNIT_TESTS)

# ---- fuzzers: their corpora run as ordinary tests, `make fuzz` looks for more ----
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_TESTS := $(FUZZ_SOURCES:tests/fuzz/fuzz_%.c=$(B)/fuzz/%)
$(B)/fuzz/%: tests/fuzz/fuzz_%.c tests/fuzz/driver.c $(B)/libplaten.a
	$(call say,FUZZ,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(LINK_HARDENING) $(LINK_SAN) -MMD -MP -MF $@.d -o $@ $< tests/fuzz/driver.c $(B)/libplaten.a $(LIBS)
-include $(FUZZ_TESTS:=.d)
corpora: $(FUZZ_TESTS)

TIME ?= 60
fuzz: test-deps
	$(Q)$(MAKE) CC=clang B=build/fuzz SAN=1 \
	  OPTIMIZE='-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -DPLATEN_SANITIZE' \
	  LINK_SAN='-fsanitize=address,undefined' fuzzers
	$(Q)tests/fuzz/run build/fuzz/fuzzers $(TIME)
FUZZERS := $(FUZZ_SOURCES:tests/fuzz/fuzz_%.c=$(B)/fuzzers/%)
$(B)/fuzzers/%: tests/fuzz/fuzz_%.c $(B)/libplaten.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) $(LINK_HARDENING) -fsanitize=fuzzer,address,undefined -o $@ $< $(B)/libplaten.a $(LIBS)
fuzzers: $(FUZZERS)

# ---- tests ----
# The runner counts every test case and ends with "N passed, N failed".
test: test-deps
	$(Q)$(MAKE) $(B)/platen unit corpora
	$(Q)B=$(B) SAN=$(SAN) tests/run

lint: test-deps
	$(Q)tests/lint/run

# Large clients that are fetched for this target alone: see tests/audit/run.
audit: test-deps
	$(Q)$(MAKE) $(B)/platen
	$(Q)B=$(B) tests/audit/run
.PHONY: audit

bench: test-deps
	$(Q)$(MAKE) $(B)/platen
	$(Q)B=$(B) tests/bench/run

test-roots: ; tests/roots/debian
test-image: ; tests/roots/image
.PHONY: fuzzers test-deps test-roots test-image

# ---- a blog to look at ----
run: deps
	$(Q)$(MAKE) $(B)/platen
	$(Q)mkdir -p build/run
	$(Q)$(B)/platen import --db build/run/platen.db tests/sample
	$(Q)exec $(B)/platen serve --db build/run/platen.db --access-log -

# ---- packages ----
# What building needs and what testing needs besides, by Debian's names. `deps` asks the package
# manager only when something is missing, so it costs nothing and needs no network the second time.
BUILD_PACKAGES := gcc libc6-dev pkg-config libmicrohttpd-dev libcmark-gfm-dev libcmark-gfm-extensions-dev \
                  libjansson-dev libsqlite3-dev libyaml-dev nettle-dev libseccomp-dev libunistring-dev \
                  libcurl4-gnutls-dev libtree-sitter-dev libgumbo-dev libdeflate-dev libbrotli-dev \
                  tzdata
TEST_PACKAGES := libcmocka-dev clang clang-format clang-tidy cppcheck git sqlite3 curl libxml2-utils
deps:
	$(Q)tests/deps $(BUILD_PACKAGES)
	$(Q)$(if $(GRAMMARS),tests/deps --npm)
test-deps:
	$(Q)tests/deps $(BUILD_PACKAGES) $(TEST_PACKAGES)
	$(Q)tests/deps --node

# ---- installing ----
install: $(B)/platen
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/platen $(DESTDIR)$(PREFIX)/bin/platen
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/platen

clean:
	rm -rf build

help:
	@sed -n 's/^##//p' $(MAKEFILE_LIST)
##make run       a sample blog at http://127.0.0.1:8080
##make test      every test; SAN=1 under AddressSanitizer and UBSan, SAN=thread under ThreadSanitizer
##make           build/platen          make debug     build/debug/platen, without optimisation
##make deps      install what building needs (Debian: apt)
##make lint      call rule, warnings, format, clang-tidy, cppcheck
##make fuzz      every fuzzer for TIME=60 seconds
##make bench     speed, in pairs with its peers
##make audit     Lighthouse and the W3C's checker over the pages
##make install   to $(DESTDIR)$(PREFIX)/bin   make uninstall   make clean

have-packages:
	@pkg-config --exists $(PACKAGES) 2>/dev/null || { echo "Packages are missing: 'make deps' installs them."; exit 1; }
.PHONY: have-packages

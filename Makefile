# Platen. `make run` has a blog at http://127.0.0.1:8080, `make test` passes every test;
# `make help` lists the rest. GNU make 4.3 or newer.

ifeq ($(filter -j%,$(MAKEFLAGS)),)
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
PACKAGES := libmicrohttpd jansson sqlite3 yaml-0.1 nettle libseccomp
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcmark-gfm -lcmark-gfm-extensions -lunistring -lpthread
CPPFLAGS += -D_GNU_SOURCE -DPLATEN_VERSION='"$(VERSION)"' -Isrc -I$(B)
CFLAGS_ALL = -std=c17 -g $(OPTIMIZE) $(WARNINGS) $(HARDENING) $(PKG_CFLAGS) $(CFLAGS)

# ---- what is built from what ----
SOURCES := $(sort $(shell find src -name '*.c' -not -path 'src/tools/*'))
OBJECTS := $(SOURCES:src/%.c=$(B)/obj/%.o)
GENERATED := $(B)/gen/sql_statements.c $(B)/gen/embedded_templates.c $(B)/gen/embedded_static.c $(B)/gen/embedded_sql.c
GEN_OBJECTS := $(GENERATED:$(B)/gen/%.c=$(B)/obj/gen/%.o)
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

$(B)/obj/%.o: src/%.c | $(B)/gen/sql_statements.h
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

clean:
	rm -rf build

have-packages:
	@pkg-config --exists $(PACKAGES) 2>/dev/null || { echo "Some packages are missing: run 'make deps' first."; exit 1; }
.PHONY: have-packages

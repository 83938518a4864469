# SPDX-License-Identifier: GPL-2.0-only
#
# Builds everything: the kernel module in the tree (through Kbuild), userspace
# and tests in $(BUILD). "make help" lists targets and variables.

KERNEL	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KERNEL)/build
BUILD	?= build
PREFIX	?= /usr/local
WOLFSSL	?= tuned
CLANG	?= clang
FUZZ_SECONDS ?= 60
CC	:= $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS	?= -O2 -g

all: module helper cli

help:
	@echo 'Targets'
	@echo '  all            module, helper and command line (default)'
	@echo '  module         tlsock.ko for the kernel of KDIR'
	@echo '  helper         tlsockd'
	@echo '  cli            tlsock and its preload library'
	@echo '  tests          test programs'
	@echo '  check          every test, in virtual machines (tests/run); KERNEL=6.12|7.3|debug: one'
	@echo '  bench          what it costs beside OpenSSL, kTLS, proxies; KERNEL=6.12|7.3, BENCH=name,...'
	@echo '  fuzz           each fuzz target for FUZZ_SECONDS, with clang'
	@echo '  demo           the main job in a virtual machine, step by step'
	@echo '  lint           every static check; silent if all is well'
	@echo '  gen            generate the netlink sources from uapi/netlink/specs'
	@echo '  wolfssl        the tuned wolfSSL in the cache'
	@echo '  install        into $$(DESTDIR)$$(PREFIX); uninstall removes it'
	@echo '  install-tests  test programs, test configuration and certificates'
	@echo '  clean          remove what was built, except wolfSSL'
	@echo 'Variables'
	@echo '  KDIR=/lib/modules/KERNEL/build   kernel headers; KERNEL=$$(uname -r)'
	@echo '  BUILD=build  PREFIX=/usr/local  DESTDIR='
	@echo '  WOLFSSL=tuned|system             own static build or the distribution'\''s'
	@echo '  FUZZ_SECONDS=60                  of each fuzz target'
	@echo '  SANITIZE=1                       userspace with ASan and UBSan'
	@echo '  V=1                              show the commands'

.PHONY: all help module helper cli tests unit func net fuzz check bench demo lint gen wolfssl
.PHONY: install install-module install-userspace install-user uninstall install-tests clean FORCE
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SUFFIXES:
.SECONDARY:

comma := ,
Q := $(if $(filter 1,$(V)),,@)
say = @$(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $(1) $(2))

# --- flags -------------------------------------------------------------------

flags_warn := -Wall -Wextra -Werror
flags_base := -std=gnu11 $(CFLAGS) $(flags_warn) -D_GNU_SOURCE= -Iuapi -Iuserspace \
	-DTLSOCK_PREFIX='"$(PREFIX)"' -fPIC -fstack-protector-strong -pthread
flags_hard := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
flags_san := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
link_base := -pthread -Wl,--as-needed $(LDFLAGS)
link_exe := -pie -Wl,-z,relro,-z,now
link_so := -shared -Wl,-z,relro,-z,now,-z,defs,--exclude-libs,ALL

# Three kinds of objects: "obj" for use, "san" under the sanitizers, and "fuzz"
# for libFuzzer, which is clang's.
# (clang warns of what macros of libseccomp leave out)
flags_fuzz := $(flags_base) $(flags_san) -fsanitize=fuzzer-no-link -Wno-missing-field-initializers
flags_obj := $(flags_base) $(flags_hard)
flags_san := $(flags_base) $(flags_san)
cc_obj = $(CC)
cc_san = $(CC)
cc_fuzz = $(CLANG)
kind := $(if $(filter 1,$(SANITIZE)),san,obj)

# Everything that changes every object; rewritten only if it changes.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(flags_obj) $(flags_san) $(link_base))' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# --- libraries ---------------------------------------------------------------

# Compiler and linker flags of each library in files for gcc's @file. liburing is
# linked statically: Debian 12's shared one lacks functions that its header has.
apt_libnl-3.0 := libnl-3-dev
apt_libnl-genl-3.0 := libnl-genl-3-dev
apt_liburing := liburing-dev
apt_inih := libinih-dev
apt_libseccomp := libseccomp-dev
apt_libcap-ng := libcap-ng-dev
apt_json-c := libjson-c-dev
apt_libkeyutils := libkeyutils-dev
apt_wolfssl := libwolfssl-dev

$(BUILD)/lib/%.cflags: Makefile
	@mkdir -p $(@D)
	@command -v pkg-config >/dev/null || \
		{ echo 'pkg-config is missing: apt-get install pkg-config' >&2; exit 1; }
	@pkg-config --exists $* || \
		{ echo 'The library $* is missing: apt-get install $(apt_$*)' >&2; exit 1; }
	@pkg-config --libs $* | sed 's/-luring/-l:liburing.a/' >$(@D)/$*.libs
	@pkg-config --cflags $* >$@

# The tuned wolfSSL lies in the cache, which may be emptied at any time.
wolfssl_dir := $(shell sed 's/-I\(.*\)\/include.*/\1/' $(BUILD)/lib/wolfssl-tuned.cflags 2>/dev/null)
ifneq ($(wolfssl_dir),)
ifeq ($(wildcard $(wolfssl_dir)/lib/libwolfssl.a),)
$(BUILD)/lib/wolfssl-tuned.cflags: FORCE
endif
endif

$(BUILD)/lib/wolfssl-tuned.cflags: $(wildcard userspace/wolfssl/*)
	@mkdir -p $(@D)
	$(Q)dir=$$(CC='$(CC)' userspace/wolfssl/build) && \
	echo "$$dir/lib/libwolfssl.a -lm -ldl" >$(@D)/wolfssl-tuned.libs && \
	echo "-I$$dir/include" >$@

$(BUILD)/lib/wolfssl-system.cflags: $(BUILD)/lib/wolfssl.cflags
	@cp $(BUILD)/lib/wolfssl.libs $(BUILD)/lib/wolfssl-system.libs
	@cp $< $@

$(BUILD)/lib/kselftest.cflags: tests/vm/linux-source
	@mkdir -p $(@D)
	@: >$(@D)/kselftest.libs
	$(Q)dir=$$(tests/vm/linux-source) && echo "-isystem $$dir/tools/testing/selftests" >$@

wolfssl: $(BUILD)/lib/wolfssl-tuned.cflags

# --- components --------------------------------------------------------------

libs_lib :=
libs_tlsockd := libnl-3.0 libnl-genl-3.0 liburing inih libseccomp libcap-ng libkeyutils \
	wolfssl-$(WOLFSSL)
# `tlsock check` looks at keys and certificates as the helper does.
libs_cli := libnl-3.0 libnl-genl-3.0 json-c wolfssl-$(WOLFSSL)
libs_preload :=
libs_func := kselftest liburing libnl-3.0 libnl-genl-3.0
libs_net :=
libs_bench := liburing
libs_fuzz := $(libs_tlsockd)
libs_unit := kselftest $(libs_tlsockd) json-c

dir_lib := userspace/lib
dir_tlsockd := userspace/tlsockd
dir_cli := userspace/cli
dir_preload := userspace/preload
dir_func := tests/func
dir_net := tests/net
dir_bench := tests/bench
dir_fuzz := tests/fuzz
dir_unit := tests/unit

lib_files = $(libs_$(1):%=$(BUILD)/lib/%.cflags)
lib_cflags = $(libs_$(1):%=@$(BUILD)/lib/%.cflags)
lib_libs = $(libs_$(1):%=@$(BUILD)/lib/%.libs)
objects = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(wildcard $(dir_$(2))/*.c))

# $(1) obj or san, $(2) component
define compile_rule
$(BUILD)/$(1)/$(dir_$(2))/%.o: $(dir_$(2))/%.c $(BUILD)/flags $(call lib_files,$(2))
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(cc_$(1)) $$(flags_$(1)) $(call lib_cflags,$(2)) -MMD -MP -c -o $$@ $$<
endef
components := lib tlsockd cli preload func net bench unit
$(foreach k,obj san,$(foreach c,$(components),$(eval $(call compile_rule,$(k),$(c)))))
$(foreach c,lib tlsockd fuzz,$(eval $(call compile_rule,fuzz,$(c))))
-include $(shell find $(BUILD)/obj $(BUILD)/san $(BUILD)/fuzz -name '*.d' 2>/dev/null)

# For tools that want to know how a component is compiled and where it lies.
flags-%: $$(call lib_files,$$*)
	@echo $(flags_obj) $$(cat $(call lib_files,$*) /dev/null)
folder-%:
	@echo $(dir_$*)

# An archive for each component, without its main: links take what they need.
# $(1) obj or san, $(2) component, $(3) objects
define archive_rule
$(BUILD)/$(1)/$(2).a: $(3) Makefile
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(Q)$$(AR) rcs $$@ $$(filter %.o,$$^)
endef
without_main = $(filter-out %/main.o,$(call objects,$(1),$(2)))
$(foreach k,obj san,$(foreach c,lib tlsockd cli,\
	$(eval $(call archive_rule,$(k),$(c),$(call without_main,$(k),$(c))))))
$(foreach c,lib tlsockd,$(eval $(call archive_rule,fuzz,$(c),$(call without_main,fuzz,$(c)))))
test_lib = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(wildcard $(dir_$(2))/lib/*.c))
$(foreach k,obj san,$(foreach c,func unit bench,\
	$(eval $(call archive_rule,$(k),lib-$(c),$(call test_lib,$(k),$(c))))))

# $(1) output, $(2) kind, $(3) link flags, $(4) component for libraries
link = $(Q)$(cc_$(2)) $(flags_$(2)) $(3) -o $(1) $(filter %.o %.a,$^) $(link_base) $(call lib_libs,$(4))

helper: $(if $(wildcard userspace/tlsockd/*.c),$(BUILD)/tlsockd)
cli: $(if $(wildcard userspace/cli/*.c),$(BUILD)/tlsock)
cli: $(if $(wildcard userspace/preload/*.c),$(BUILD)/libtlsock-preload.so)

$(BUILD)/tlsockd: $(call objects,$(kind),tlsockd) $(BUILD)/$(kind)/lib.a
	$(call say,LINK,$@)
	$(call link,$@,$(kind),$(link_exe),tlsockd)

$(BUILD)/tlsock: $(call objects,$(kind),cli) $(BUILD)/$(kind)/tlsockd.a $(BUILD)/$(kind)/lib.a
	$(call say,LINK,$@)
	$(call link,$@,$(kind),$(link_exe),cli)

# Loaded into programs without sanitizers: never built with them.
$(BUILD)/libtlsock-preload.so: $(call objects,obj,preload) $(BUILD)/obj/lib.a
	$(call say,LINK,$@)
	$(call link,$@,obj,$(link_so),preload)

# --- tests -------------------------------------------------------------------

func_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/func/*.c))
unit_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*.c))
net_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/net/*.c))
bench_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/bench/*.c))
tests: func net unit $(bench_programs)
func: $(func_programs)
net: $(net_programs)
unit: $(unit_programs)

$(BUILD)/tests/func/%: $(BUILD)/$(kind)/tests/func/%.o $(BUILD)/$(kind)/lib-func.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(call link,$@,$(kind),$(link_exe),func)

$(BUILD)/tests/net/%: $(BUILD)/$(kind)/tests/net/%.o
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(call link,$@,$(kind),$(link_exe),net)

$(BUILD)/tests/bench/%: $(BUILD)/$(kind)/tests/bench/%.o $(BUILD)/$(kind)/lib-bench.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(call link,$@,$(kind),$(link_exe),bench)

$(BUILD)/tests/unit/%: $(BUILD)/san/tests/unit/%.o $(BUILD)/san/lib-unit.a \
		$(BUILD)/san/cli.a $(BUILD)/san/tlsockd.a $(BUILD)/san/lib.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(call link,$@,san,$(link_exe),unit)

fuzz_programs := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
$(BUILD)/tests/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(BUILD)/fuzz/tlsockd.a \
		$(BUILD)/fuzz/lib.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(call link,$@,fuzz,-fsanitize=fuzzer,fuzz)

fuzz: $(fuzz_programs)
	$(Q)tests/fuzz/run $(FUZZ_SECONDS) $^

check: ; +tests/run $(if $(findstring command,$(origin KERNEL)),--kernel $(KERNEL))
bench: ; +$(Q)BUILD='$(BUILD)' tests/bench/run $(if $(findstring command,$(origin KERNEL)),--kernel $(KERNEL)) \
	$(subst $(comma), ,$(BENCH))
demo: ; +tests/demo/run
lint: ; +$(Q)tests/lint/run
gen: ; $(Q)tests/lint/generate

# --- kernel module -----------------------------------------------------------

module:
	@[ -e '$(KDIR)/Makefile' ] || { echo 'No kernel headers in $(KDIR):' \
		'apt-get install linux-headers-$(KERNEL), or set KDIR' >&2; exit 1; }
	$(Q)$(MAKE) -C '$(KDIR)' M='$(CURDIR)' modules

# --- install -----------------------------------------------------------------

install: install-userspace install-module install-user

bindir := $(DESTDIR)$(PREFIX)/bin
sbindir := $(DESTDIR)$(PREFIX)/sbin
libdir := $(DESTDIR)$(PREFIX)/lib
mandir := $(DESTDIR)$(PREFIX)/share/man
headers := uapi/linux/tlsock.h uapi/linux/tlsock_netlink.h
man_pages := $(wildcard userspace/man/*.[1578])
units := $(wildcard userspace/systemd/*.service userspace/systemd/*.socket)
sysusers := $(wildcard userspace/systemd/*.sysusers)
sample := $(firstword $(wildcard userspace/systemd/tlsockd.conf userspace/tlsockd/tlsockd.conf))

install-userspace: helper cli
	$(Q)for f in $(wildcard $(BUILD)/tlsockd); do install -D $$f '$(sbindir)/tlsockd'; done
	$(Q)for f in $(wildcard $(BUILD)/tlsock); do install -D $$f '$(bindir)/tlsock'; done
	$(Q)for f in $(wildcard $(BUILD)/libtlsock-preload.so); do \
		install -D $$f '$(libdir)/tlsock/libtlsock-preload.so'; done
	$(Q)for f in $(headers); do install -D -m 644 $$f "$(DESTDIR)$(PREFIX)/include/linux/$${f##*/}"; done
	$(Q)for f in $(man_pages); do install -D -m 644 $$f "$(mandir)/man$${f##*.}/$${f##*/}"; done
	$(Q)for f in $(units); do mkdir -p '$(libdir)/systemd/system' && \
		sed 's|/usr/local/|$(PREFIX)/|g' $$f >"$(libdir)/systemd/system/$${f##*/}"; done
	$(Q)for f in $(sysusers); do install -D -m 644 $$f '$(libdir)/sysusers.d/tlsock.conf'; done
	$(Q)install -d -m 755 '$(DESTDIR)/etc/tlsock/profiles.d'
	$(Q)for f in $(sample); do [ -e '$(DESTDIR)/etc/tlsock/tlsockd.conf' ] || \
		install -m 644 $$f '$(DESTDIR)/etc/tlsock/tlsockd.conf'; done

# The version is the module's own: KERNEL may have changed since it was built.
install-module:
	$(Q)[ ! -e tlsock.ko ] || { \
		version=$$(modinfo -F vermagic ./tlsock.ko | cut -d' ' -f1) && \
		install -D -m 644 tlsock.ko "$(DESTDIR)/lib/modules/$$version/updates/tlsock.ko" && \
		{ [ -n '$(DESTDIR)' ] || depmod "$$version"; }; }

# The worker's user, if this is the running system.
install-user: install-userspace
	$(Q)[ -n '$(DESTDIR)' ] || getent passwd tlsock >/dev/null || \
		systemd-sysusers '$(libdir)/sysusers.d/tlsock.conf' 2>/dev/null || \
		useradd --system --no-create-home --home-dir /nonexistent \
			--shell /usr/sbin/nologin --user-group tlsock

uninstall:
	$(Q)rm -f '$(sbindir)/tlsockd' '$(bindir)/tlsock' '$(libdir)/sysusers.d/tlsock.conf'
	$(Q)rm -f $(foreach f,$(headers),'$(DESTDIR)$(PREFIX)/include/linux/$(notdir $(f))')
	$(Q)rm -f $(foreach f,$(units),'$(libdir)/systemd/system/$(notdir $(f))')
	$(Q)rm -f $(foreach f,$(man_pages),'$(mandir)/man$(subst .,,$(suffix $(f)))/$(notdir $(f))')
	$(Q)rm -rf '$(libdir)/tlsock'
	$(Q)rm -f '$(DESTDIR)'/lib/modules/*/updates/tlsock.ko
	@echo 'Left in place: $(DESTDIR)/etc/tlsock and the user tlsock'

install-tests: tests
	$(Q)mkdir -p '$(libdir)/tlsock/tests' '$(DESTDIR)/etc/tlsock'
	$(Q)for f in $(func_programs) $(net_programs) $(bench_programs) \
		$(unit_programs); do \
		install -D $$f "$(libdir)/tlsock/tests/$${f#$(BUILD)/tests/}"; done
	$(Q)[ ! -d tests/conf ] || cp -rT tests/conf '$(DESTDIR)/etc/tlsock'
	$(Q)[ '$(WOLFSSL)' = tuned ] || rm -f '$(DESTDIR)/etc/tlsock/profiles.d/hybrid.conf'
	$(Q)[ ! -x tests/pki ] || tests/pki '$(DESTDIR)/etc/tlsock/pki'
	$(Q)[ ! -x tests/chains/make ] || tests/chains/make '$(DESTDIR)/etc/tlsock/chains'

clean:
	$(Q)rm -rf '$(BUILD)'
	$(Q)rm -f tlsock.o tlsock.ko tlsock.mod tlsock.mod.c tlsock.mod.o modules.order Module.symvers \
		kernel/*.o .*.cmd kernel/.*.cmd

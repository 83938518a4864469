// SPDX-License-Identifier: GPL-2.0-or-later
#include "library.h"

#include <dlfcn.h>
#include <err.h>
#include <stdio.h>

struct b_pair_of_files b_files(const char *name)
{
	struct b_pair_of_files files;

	snprintf(files.certificate, sizeof(files.certificate), B_PKI "%s.pem", name);
	snprintf(files.key, sizeof(files.key), B_PKI "%s.key", name);
	return files;
}

void b_library_load(const char *name, const struct b_symbol *symbols, size_t n)
{
	void *library = dlopen(name, RTLD_NOW);

	if (!library)
		errx(1, "%s", dlerror());
	for (size_t i = 0; i < n; i++) {
		*symbols[i].to = dlsym(library, symbols[i].name);
		if (!*symbols[i].to)
			errx(1, "%s has no %s", name, symbols[i].name);
	}
}

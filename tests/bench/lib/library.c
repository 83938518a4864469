// SPDX-License-Identifier: GPL-2.0-or-later
#include "library.h"

#include <dlfcn.h>
#include <err.h>

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

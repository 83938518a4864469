/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Libraries that are loaded at run time. */
#ifndef TESTS_BENCH_LIBRARY_H
#define TESTS_BENCH_LIBRARY_H

#include <stddef.h>

/* Certificates and keys that tests/pki makes */
#define B_PKI	"/etc/tlsock/pki/"

/** struct b_pair_of_files - a certificate and its key, as PEM */
struct b_pair_of_files {
	char certificate[128];
	char key[128];
};

/** b_files - those of a name of tests/pki */
struct b_pair_of_files b_files(const char *name);

/** struct b_symbol - a function of a library, and where its address goes */
struct b_symbol {
	const char	*name;
	void		**to;
};

/** b_library_load - load a library and find @n functions; ends the program without one of them */
void b_library_load(const char *name, const struct b_symbol *symbols, size_t n);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Filled by the broker before it forks workers, read-only afterwards. */
#include "anchors.h"

#include <errno.h>
#include <stdlib.h>

#include "wolf.h"

int td_anchors_add(struct td_anchors *anchors, const char *pem, size_t length)
{
	struct tl_cert *grown;
	unsigned char *der;
	int size;

	der = malloc(length);	/* PEM is longer */
	if (!der)
		return -ENOMEM;
	size = wolfSSL_CertPemToDer((const unsigned char *)pem, (int)length, der, (int)length,
				    CA_TYPE);
	if (size <= 0)
		goto free_der;
	grown = realloc(anchors->certs, (anchors->count + 1) * sizeof(*grown));
	if (!grown) {
		free(der);
		return -ENOMEM;
	}
	anchors->certs = grown;
	if (tl_cert_parse(der, (size_t)size, &grown[anchors->count]))
		goto free_der;
	anchors->count++;
	return 0;

free_der:
	free(der);
	return -EBADMSG;
}

void td_anchors_free(struct td_anchors *anchors)
{
	size_t i;

	for (i = 0; i < anchors->count; i++)
		free((void *)anchors->certs[i].der.data);
	free(anchors->certs);
	*anchors = (struct td_anchors){ 0 };
}

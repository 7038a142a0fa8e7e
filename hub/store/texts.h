/*
 * texts.h: what all hubs together send to one number. Part of store.h, which includes it and whose
 * rules about callbacks hold here too.
 */
#ifndef TANDEM_STORE_TEXTS_H
#define TANDEM_STORE_TEXTS_H

enum text_pass { TEXT_MAY, TEXT_UNWANTED, TEXT_ENOUGH, TEXT_WAITS, TEXT_PASS_COUNT };
struct text_pass_in {	  /* borrowed until the call returns */
	const char *hash; /* of the number */
	const char *id;	  /* of the text: asked again it is not counted again */
	int32_t day;	  /* of which it is one */
	int64_t limit;	  /* of texts a day, 0 none for this one */
	int64_t now_ms;
	/* how long texts to the number wait for each other, 0: this one does not */
	int64_t join_ms;
};
struct text_pass_out {
	enum text_pass pass;
	int64_t until_ms; /* of TEXT_WAITS */
	const char *with; /* of TEXT_MAY: the other texts that waited, "d12.0|d15.1" */
};
/* out NULL: e says why */
typedef void store_text_pass_fn(void *arg, enum err e, const struct text_pass_out *out);
void store_text_pass(struct store *s, const struct text_pass_in *in, store_text_pass_fn *fn,
		     void *arg);

#endif

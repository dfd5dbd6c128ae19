/* Linked programs of a set, each made by the first thread that shows its entry. The list of them only
 * grows and its nodes do not change, so readers need no lock. */
#include "template/flat.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct linked {
    uint64_t key; /* of the name, see value.h */
    const char *name;
    struct flat *flat; /* NULL: it could not be linked, the set's own is run */
    struct linked *next;
};

struct template_pack {
    const struct template_set *set;
    struct fixed fixed;
    pthread_mutex_t lock; /* of all that follows, but for reading `first` */
    bool looked;          /* fixed.name is NULL now if the value cannot be taken as fixed */
    struct linked *_Atomic first;
};

struct template_pack *template_pack_open(const struct template_set *set, const char *name,
                                         const struct value *value) {
    struct template_pack *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    if (pthread_mutex_init(&p->lock, NULL) != 0) {
        free(p);
        return NULL;
    }
    p->set = set;
    if (name != NULL && value_is(value, VALUE_OBJECT))
        p->fixed = (struct fixed){name, *value};
    atomic_init(&p->first, NULL);
    return p;
}

void template_pack_free(struct template_pack *pack) {
    if (pack == NULL)
        return;
    struct linked *l = atomic_load_explicit(&pack->first, memory_order_acquire);
    while (l != NULL) {
        struct linked *next = l->next;
        flat_free(l->flat);
        free(l);
        l = next;
    }
    pthread_mutex_destroy(&pack->lock);
    free(pack);
}

/* ---- linking ---- */

static const struct linked *find(struct template_pack *pack, uint64_t key, const char *name) {
    const struct linked *l = atomic_load_explicit(&pack->first, memory_order_acquire);
    while (l != NULL && (l->key != key || strcmp(l->name, name) != 0))
        l = l->next;
    return l;
}

/* Under the lock. */
static const struct linked *add(struct template_pack *pack, uint64_t key, const char *name) {
    const struct program *entry = template_entry(pack->set, name);
    struct linked *l = entry == NULL ? NULL : calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    if (!pack->looked && pack->fixed.name != NULL &&
        fold_mentions(&pack->fixed.value, pack->fixed.name))
        pack->fixed.name = NULL;
    pack->looked = true;
    *l = (struct linked){key, entry->name, flat_join(pack->set, entry, &pack->fixed),
                         atomic_load_explicit(&pack->first, memory_order_relaxed)};
    atomic_store_explicit(&pack->first, l, memory_order_release);
    return l;
}

/* NULL when it cannot be had. */
static const struct flat *linked(struct template_pack *pack, const char *name) {
    uint64_t key = value_key(name);
    const struct linked *l = find(pack, key, name);
    if (l == NULL) {
        pthread_mutex_lock(&pack->lock);
        l = find(pack, key, name);
        l = l != NULL ? l : add(pack, key, name);
        pthread_mutex_unlock(&pack->lock);
    }
    return l == NULL ? NULL : l->flat;
}

/* True when the data has at its root what was taken as fixed. */
static bool suits(const struct template_pack *pack, const struct flat *f,
                  const struct value *data) {
    if (!f->folded)
        return true;
    const struct value *v = value_get(data, pack->fixed.name);
    return value_is(v, VALUE_OBJECT) && v->as.object == pack->fixed.value.as.object;
}

int template_pack_show(struct template_pack *pack, const char *name, const struct value *data,
                       struct buf *out, unsigned *traits, struct error *err) {
    const struct flat *f = linked(pack, name);
    if (f != NULL && data != NULL && suits(pack, f, data) && flat_show(f, data, out, traits) == 0)
        return 0;
    return template_show(pack->set, name, data, out, traits, err); /* also for the message */
}

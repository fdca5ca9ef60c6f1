#!/usr/bin/env python
# -*- coding: utf-8 -*-
# Word vectors by skip-grams and negative sampling; only the rows in use are updated.
import string
import numpy as np
import theano
import theano.tensor as T
from theano import shared, function

text = u"""
the king rules the land and the queen rules the land
the king wears a crown and the queen wears a crown
a dog chases the cat and a cat chases the mouse
the dog sleeps in the house and the mouse sleeps in the house
caf\u00e9 opens and caf\u00e9 closes
"""

counts = {}
for word in text.split():
    if not counts.has_key(word):
        counts[word] = 0
    counts[word] += 1
vocabulary = sorted(counts.keys(), cmp=lambda a, b: cmp(counts[b], counts[a]) or cmp(a, b))
index = dict([(w, i) for (i, w) in enumerate(vocabulary)])
print "%d words, most frequent: %s" % (len(vocabulary), ", ".join(["%s=%d" % (w, counts[w]) for w in vocabulary[:3]]))
assert index.has_key(u'caf\u00e9') and not index.has_key('zebra')

pairs = []
for line in text.strip().splitlines():
    ids = map(index.get, line.split())
    for i in xrange(len(ids)):
        pairs.extend([(ids[i], ids[j]) for j in range(max(0, i - 2), min(len(ids), i + 3)) if j <> i])
print len(pairs), "pairs"

rng = np.random.RandomState(11)
size, dim, negatives = len(vocabulary), 6, 3
embedding = shared(rng.uniform(-.5, .5, (size, dim)) / dim, name="embedding")
context = shared(np.zeros((size, dim)), name="context")

w, c = T.lscalars("w", "c")
neg = T.lvector("neg")
lr = T.dscalar("lr")
word_vector = embedding[w]
context_vectors = context[T.concatenate([c.dimshuffle("x"), neg])]
signs = T.concatenate([T.ones((1,)), -T.ones_like(neg)])
cost = -T.log(T.nnet.sigmoid(signs * T.dot(context_vectors, word_vector))).sum()
g_word, g_context = T.grad(cost, [word_vector, context_vectors])
train = function([w, c, neg, lr], cost, updates=[
    (embedding, T.inc_subtensor(word_vector, -lr * g_word)),
    (context, T.inc_subtensor(context_vectors, -lr * g_context))])

frequency = np.array([counts[v] for v in vocabulary], dtype="float64") ** .75
frequency /= frequency.sum()
for epoch in xrange(8):
    total = 0
    for (a, b) in pairs:
        total += train(a, b, rng.choice(size, negatives, p=frequency), .1)
    print "epoch", epoch, "cost", total / len(pairs)

# a repeated index must be added twice
twice = function([neg], T.inc_subtensor(T.zeros((4,))[neg], T.ones_like(neg)))
once = function([neg], T.set_subtensor(T.zeros((4,))[neg], T.ones_like(neg) * 2))
print twice([1, 3, 3]).tolist(), once([1, 3, 3]).tolist()
for bad in ([4], [-5]):
    try:
        twice(bad)
    except IndexError, e:
        print "IndexError", bad

query = T.lscalar("query")
unit = embedding / embedding.norm(2, axis=1, keepdims=True)
near = T.dot(unit, unit[query])
order = T.argsort(near)[::-1]
neighbours = function([query], [order[:4], near[order[:4]]])
for word in ("king", "dog", "cat"):
    found, similarity = neighbours(index[word])
    print word.upper(), zip([str(vocabulary[i]) for i in found], ["%.5f" % s for s in similarity])

# gradient through advanced indexing: only the rows looked up have one
rows = T.lvector("rows")
g = T.grad((embedding[rows] ** 2).sum() / 2, embedding)
print "rows with a gradient:", sorted(set(np.nonzero(function([rows], g)([2, 5, 5]))[0].tolist()))
print "row counted twice:", np.allclose(function([rows], g)([2, 5, 5])[5], 2 * embedding.get_value()[5])
print string.join(map(lambda v: "%+.4f" % v, embedding.get_value()[index["queen"]]))

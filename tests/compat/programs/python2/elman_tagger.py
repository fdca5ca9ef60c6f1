"""
An Elman network that tags the words of a sentence: embeddings of context windows,
one step of scan a word, the embeddings normalised after each update.
"""
import random
import sys
import time
from collections import OrderedDict

import numpy

import theano
from theano import tensor as T

theano.config.floatX = 'float32'


class model(object):

    def __init__(self, nh, nc, ne, de, cs):
        '''
        nh :: dimension of the hidden layer
        nc :: number of classes
        ne :: number of word embeddings in the vocabulary
        de :: dimension of the word embeddings
        cs :: word window context size
        '''
        self.emb = theano.shared(0.2 * numpy.random.uniform(-1.0, 1.0,\
                   (ne+1, de)).astype(theano.config.floatX)) # add one for PADDING at the end
        self.Wx  = theano.shared(0.2 * numpy.random.uniform(-1.0, 1.0,\
                   (de * cs, nh)).astype(theano.config.floatX))
        self.Wh  = theano.shared(0.2 * numpy.random.uniform(-1.0, 1.0,\
                   (nh, nh)).astype(theano.config.floatX))
        self.W   = theano.shared(0.2 * numpy.random.uniform(-1.0, 1.0,\
                   (nh, nc)).astype(theano.config.floatX))
        self.bh  = theano.shared(numpy.zeros(nh, dtype=theano.config.floatX))
        self.b   = theano.shared(numpy.zeros(nc, dtype=theano.config.floatX))
        self.h0  = theano.shared(numpy.zeros(nh, dtype=theano.config.floatX))

        self.params = [ self.emb, self.Wx, self.Wh, self.W, self.bh, self.b, self.h0 ]
        self.names  = ['embeddings', 'Wx', 'Wh', 'W', 'bh', 'b', 'h0']
        idxs = T.imatrix() # as many columns as context window size/lines as words in the sentence
        x = self.emb[idxs].reshape((idxs.shape[0], de*cs))
        y = T.iscalar('y') # label

        def recurrence(x_t, h_tm1):
            h_t = T.nnet.sigmoid(T.dot(x_t, self.Wx) + T.dot(h_tm1, self.Wh) + self.bh)
            s_t = T.nnet.softmax(T.dot(h_t, self.W) + self.b)
            return [h_t, s_t]

        [h, s], _ = theano.scan(fn=recurrence, \
            sequences=x, outputs_info=[self.h0, None], \
            n_steps=x.shape[0])

        p_y_given_x_lastword = s[-1,0,:]
        p_y_given_x_sentence = s[:,0,:]
        y_pred = T.argmax(p_y_given_x_sentence, axis=1)

        # cost and gradients and learning rate
        lr = T.scalar('lr')
        nll = -T.log(p_y_given_x_lastword)[y]
        gradients = T.grad( nll, self.params )
        updates = OrderedDict(( p, p-lr*g ) for p, g in zip( self.params , gradients))

        # theano functions
        self.classify = theano.function(inputs=[idxs], outputs=y_pred)
        self.train = theano.function( inputs  = [idxs, y, lr],
                                      outputs = nll,
                                      updates = updates )
        self.normalize = theano.function( inputs = [],
                         updates = {self.emb:\
                         self.emb/T.sqrt((self.emb**2).sum(axis=1)).dimshuffle(0,'x')})


def contextwin(l, win):
    '''the words around each word, -1 beyond the ends of the sentence'''
    assert (win % 2) == 1
    l = list(l)
    lpadded = win/2 * [-1] + l + win/2 * [-1]
    out = [ lpadded[i:i+win] for i in range(len(l)) ]
    assert len(out) == len(l)
    return out


def minibatch(l, bs):
    out  = [l[:i] for i in xrange(1, min(bs,len(l)+1))]
    out += [l[i-bs:i] for i in xrange(bs,len(l)+1)]
    assert len(l) == len(out)
    return out


GRAMMAR = {
    'day':   ['monday', 'tuesday', 'friday'],
    'city':  ['boston', 'denver', 'dallas', 'oakland'],
    'other': ['show', 'flights', 'to', 'from', 'on', 'please'],
}
TEMPLATES = ['show flights from <city> to <city>', 'flights on <day> from <city>',
             'please show flights to <city> on <day>', 'to <city> on <day> please']


def sentence(rng):
    words, tags = [], []
    for word in rng.choice(TEMPLATES).split():
        if word.startswith('<'):
            tag = word.strip('<>')
            word = rng.choice(GRAMMAR[tag])
        else:
            tag = 'other'
        words.append(word)
        tags.append(tag)
    return words, tags


class Sentences(random.Random):
    """choice() by a congruential generator: the same with every Python"""
    state = 12345

    def choice(self, seq):
        self.state = (self.state * 1103515245 + 12345) & 0x7fffffff
        return seq[(self.state >> 16) % len(seq)]


if __name__ == '__main__':
    rng = Sentences()
    numpy.random.seed(345)
    words2idx = dict((w, i) for i, w in enumerate(sorted(reduce(lambda a, b: a + b, GRAMMAR.values()))))
    labels2idx = dict(zip(sorted(GRAMMAR), range(len(GRAMMAR))))
    idx2label = dict((k, v) for v, k in labels2idx.iteritems())
    data = [sentence(rng) for _ in xrange(40)]
    train, valid = data[:30], data[30:]
    print len(words2idx), 'words', sorted(labels2idx.items(), key=lambda (name, i): i)

    rnn = model(nh=8, nc=len(labels2idx), ne=len(words2idx), de=6, cs=3)
    lr = 0.1
    for e in xrange(3):
        tic = time.time()
        total = 0.
        for i, (words, tags) in enumerate(train):
            cwords = contextwin(map(words2idx.get, words), 3)
            for word_batch, tag in zip([numpy.asarray(m).astype('int32') for m in minibatch(cwords, 5)], tags):
                total += rnn.train(word_batch, labels2idx[tag], lr)
                rnn.normalize()
        sys.stderr.write('%.2f (sec)\n' % (time.time() - tic))
        predictions = [map(idx2label.get,
                           rnn.classify(numpy.asarray(contextwin(map(words2idx.get, words), 3)).astype('int32')))
                       for words, tags in valid]
        right = sum([p == t for pred, (_, tags) in zip(predictions, valid) for p, t in zip(pred, tags)])
        print '[learning] epoch %i >> nll %.5f, %i of %i tags right' % (
            e, total, right, sum(len(tags) for _, tags in valid))
    for (words, _), prediction in zip(valid, predictions)[:3]:
        print ' '.join('%s/%s' % pair for pair in zip(words, prediction))
    for name, p in zip(rnn.names, rnn.params):
        print '%-10s %s %.5f' % (name, p.get_value().dtype, abs(p.get_value()).sum())

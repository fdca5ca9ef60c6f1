# A program for Theano on Python 2, as it was asked about in 2016. It runs unchanged:
#
#     python -m compat run examples/theano/optimal_input.py
#
# A 2-3-1 net of sigmoids learns one row of a truth table; then gradient descent on the input looks for the input with
# the highest output. Two things went wrong. Nothing keeps the input in [0, 1], so descent walks out of it; and the
# bias unit was added (broadcast over the units) in one place where it should have been concatenated.
# The last lines, the only new ones, are the way out: the same Theano expression, with bounds.
import os
os.environ["THEANO_FLAGS"] = "optimizer=None"
import theano
import theano.tensor as T
import theano.tensor.nnet as nnet
import numpy as np

np.random.seed(0)

x = T.dvector()
y = T.dscalar()

def layer(x, w):
    b = np.array([1], dtype=theano.config.floatX)
    new_x = T.concatenate([x, b])
    m = T.dot(w.T, new_x) #theta1: 3x3 * x: 3x1 = 3x1 ;;; theta2: 1x4 * 4x1
    h = nnet.sigmoid(m)
    return h

def grad_desc(cost, theta):
    alpha = 0.1 #learning rate
    return theta - (alpha * T.grad(cost, wrt=theta))

in_units = 2
hid_units = 3
out_units = 1

theta1 = theano.shared(np.array(np.random.rand(in_units + 1, hid_units), dtype=theano.config.floatX))
theta2 = theano.shared(np.array(np.random.rand(hid_units + 1, out_units), dtype=theano.config.floatX))

hid1 = layer(x, theta1) #hidden layer
out1 = T.sum(layer(hid1, theta2)) #output layer
fc = (out1 - y)**2 #cost expression

cost = theano.function(inputs=[x, y], outputs=fc, updates=[
        (theta1, grad_desc(fc, theta1)),
        (theta2, grad_desc(fc, theta2))])
run_forward = theano.function(inputs=[x], outputs=out1)

inputs = np.array([[0,1],[1,0],[1,1],[0,0]]).reshape(4,2) #training data X
exp_y = np.array([1, 0, 0, 0]) #training data Y
cur_cost = 0
for i in range(5000):
    for k in range(len(inputs)):
        cur_cost = cost(inputs[k], exp_y[k]) #call our Theano-compiled cost function, it will auto update weights

print 'output at (0, 1): %.6f' % run_forward([0,1])

def best_input(concatenated):
    b = np.array([[1]], dtype=theano.config.floatX)
    rand_init = np.random.RandomState(1).rand(in_units, 1)
    rand_init[0] = 1
    x_sh = theano.shared(np.array(rand_init, dtype=theano.config.floatX))
    th1 = T.dmatrix()
    th2 = T.dmatrix()

    if concatenated:
        nn_hid = T.nnet.sigmoid( T.dot(th1, T.concatenate([x_sh, b])) )
    else: # the weights of the bias unit do not take part: 1 is added to every hidden unit
        nn_hid = T.nnet.sigmoid( T.dot(th1[:, :-1], x_sh) + T.addbroadcast(T.as_tensor_variable(b), 0, 1) )
    nn_predict = T.sum( T.nnet.sigmoid( T.dot(th2, T.concatenate([nn_hid, b]))))
    fc2 = (nn_predict - 1)**2

    cost3 = theano.function(inputs=[th1, th2], outputs=fc2, updates=[
            (x_sh, grad_desc(fc2, x_sh))])
    for i in range(10000):
        cur_cost = cost3(theta1.get_value().T, theta2.get_value().T)
    return cur_cost, x_sh.get_value()

for concatenated in True, False:
    cur_cost, found = best_input(concatenated)
    print 'bias %s: Cost: %.6f, input (%.4f, %.4f)' % (
        'concatenated' if concatenated else 'added', cur_cost, found[0, 0], found[1, 0])

import graphopt

print graphopt.maximize(out1, over={x: (0, 1)}, certify=True)

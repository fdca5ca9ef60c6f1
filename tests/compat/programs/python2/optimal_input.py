# Train a 2-3-1 net on one row of a truth table, then look for its best input by gradient
# descent on the input. Twice: the bias unit as a concatenated 1, and the bias added.
import os
os.environ["THEANO_FLAGS"] = "optimizer=None,floatX=float64"
import theano
import theano.tensor as T
import theano.tensor.nnet as nnet
import numpy as np

np.random.seed(7)
x = T.dvector()
y = T.dscalar()

def layer(x, w):
	b = np.array([1], dtype=theano.config.floatX)
	new_x = T.concatenate([x, b])
	m = T.dot(w.T, new_x) #theta1: 3x3 * x: 3x1 = 3x1 ;;; theta2: 1x4 * 4x1
	h = nnet.sigmoid(m)
	return h

def layer_added(x, w):
	return nnet.sigmoid(T.dot(w[:-1].T, x) + w[-1])

def grad_desc(cost, theta):
	alpha = 0.1 #learning rate
	return theta - (alpha * T.grad(cost, wrt=theta))

in_units, hid_units, out_units = 2, 3, 1
start1 = np.array(np.random.rand(in_units + 1, hid_units), dtype=theano.config.floatX)
start2 = np.array(np.random.rand(hid_units + 1, out_units), dtype=theano.config.floatX)
inputs = np.array([[0,1],[1,0],[1,1],[0,0]]).reshape(4,2) #training data X
exp_y = np.array([1, 0, 0, 0]) #training data Y

def train(layer, epochs=600):
	theta1 = theano.shared(start1)
	theta2 = theano.shared(start2)
	hid1 = layer(x, theta1) #hidden layer
	out1 = T.sum(layer(hid1, theta2)) #output layer
	fc = (out1 - y)**2 #cost expression
	cost = theano.function(inputs=[x, y], outputs=fc, updates=[
		(theta1, grad_desc(fc, theta1)),
		(theta2, grad_desc(fc, theta2))])
	run_forward = theano.function(inputs=[x], outputs=out1)
	cur_cost = 0
	for i in range(epochs):
		for k in range(len(inputs)):
			cur_cost = cost(inputs[k], exp_y[k])
		if i % 150 == 0:
			print 'Cost: %s' % (round(cur_cost, 8),)
	for row in inputs:
		print row, '%.8f' % run_forward(row)
	return theta1, theta2

print 'optimizer', theano.config.optimizer
print 'bias concatenated'
theta1, theta2 = train(layer)
print theta1.get_value()
print theta2.get_value()
print 'bias added'
added1, added2 = train(layer_added)
print 'same weights:', np.allclose(theta1.get_value(), added1.get_value()), \
	np.allclose(theta2.get_value(), added2.get_value())

# the weights are constants now, the input is what moves
b = np.array([[1]], dtype=theano.config.floatX)
rand_init = np.random.rand(in_units, 1)
rand_init[0] = 1
x_sh = theano.shared(np.array(rand_init, dtype=theano.config.floatX))
th1 = T.dmatrix()
th2 = T.dmatrix()

nn_hid = T.nnet.sigmoid( T.dot(th1, T.concatenate([x_sh, b])) )
nn_predict = T.sum( T.nnet.sigmoid( T.dot(th2, T.concatenate([nn_hid, b]))))
fc2 = (nn_predict - 1)**2

cost3 = theano.function(inputs=[th1, th2], outputs=fc2, updates=[
	(x_sh, grad_desc(fc2, x_sh))])
run_forward = theano.function(inputs=[th1, th2], outputs=nn_predict)

cur_cost = 0
for i in range(1000):
	cur_cost = cost3(theta1.get_value().T, theta2.get_value().T)
	if i % 250 == 0: #only print the cost every 250 epochs/iterations (to save space)
		print 'Cost: %s' % (cur_cost,)
		print x_sh.get_value()
print 'free input'
print x_sh.get_value(), run_forward(theta1.get_value().T, theta2.get_value().T)

# kept in the box: the input is the sigmoid of what moves
z_sh = theano.shared(np.zeros((in_units, 1)), name='z')
boxed = theano.clone(nn_predict, replace={x_sh: nnet.sigmoid(z_sh)})
cost4 = (boxed - 1)**2
step = theano.function([th1, th2], cost4, updates=[(z_sh, z_sh - 5. * T.grad(cost4, z_sh))])
for i in range(1000):
	step(theta1.get_value().T, theta2.get_value().T)
print 'boxed input'
print nnet.sigmoid(z_sh).eval()
z = T.dmatrix()
forward = theano.function([th1, th2, z], boxed, givens={z_sh: z})
corners = [(float(forward(theta1.get_value().T, theta2.get_value().T, np.where(row, 50., -50.)[:, None])),
	tuple(row)) for row in inputs]
print 'best corner %s %s, %.8f' % (max(corners)[1] + (max(corners)[0],))

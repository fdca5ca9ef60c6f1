"""Train, predict with, save and load three models with Keras 1.2.2 or 2.3.1 on Theano; print what they found.

Usage: python keras_models.py mlp|cnn|lstm, with backend and floatx in ~/.keras/keras.json.
"""

from __future__ import print_function

import os
import sys
import tempfile

import numpy as np
import theano.ifelse  # Keras 1.2.2 takes it for granted

np.random.seed(1337)

import keras
from keras import backend as K
from keras.models import Model, Sequential, load_model, model_from_json
from keras.layers import Activation, BatchNormalization, Dense, Dropout, Embedding, Flatten, Input, LSTM
from keras.layers import Convolution2D, MaxPooling2D
from keras.utils import np_utils

OLD = keras.__version__.startswith("1.")
EPOCHS = "nb_epoch" if OLD else "epochs"
K.set_image_dim_ordering("th") if OLD else K.set_image_data_format("channels_first")


def blobs():
    rng = np.random.RandomState(0)
    y = rng.randint(3, size=120)
    X = rng.normal(size=(120, 8)) + 1.5 * np.eye(3, 8)[y]
    return X.astype("float32"), np_utils.to_categorical(y, 3)


def mlp():
    model = Sequential()
    model.add(Dense(16, input_dim=8))
    model.add(BatchNormalization())
    model.add(Activation("relu"))
    model.add(Dropout(0.3))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model, blobs(), 32


def cnn():
    rng = np.random.RandomState(1)
    y = rng.randint(2, size=64)
    X = 0.4 * rng.normal(size=(64, 1, 10, 10))
    for image, label in zip(X[:, 0], y):
        image[3:6] += label
        image[:, 3:6] += 1 - label
    if OLD:
        first = Convolution2D(4, 3, 3, border_mode="valid", input_shape=(1, 10, 10))
        second = Convolution2D(6, 3, 3, border_mode="same", activation="relu")
    else:
        first = Convolution2D(4, (3, 3), padding="valid", input_shape=(1, 10, 10))
        second = Convolution2D(6, (3, 3), padding="same", activation="relu")
    model = Sequential(
        [
            first,
            BatchNormalization(axis=1),
            Activation("relu"),
            MaxPooling2D(pool_size=(2, 2)),
            second,
            MaxPooling2D((2, 2)),
            Dropout(0.25),
            Flatten(),
            Dense(8, activation="tanh"),
            Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["accuracy"])
    return model, (X.astype("float32"), y), 16


def lstm():
    rng = np.random.RandomState(2)
    X = rng.randint(1, 12, size=(60, 9))
    X[:20, 6:] = 0
    y = ((X > 6).sum(axis=1) > 4).astype("float32")
    words = Input(shape=(9,), dtype="int32")
    h = Embedding(12, 6, mask_zero=True)(words)
    # the initial weights must not depend on the signs an SVD of LAPACK chooses
    init = {"inner_init" if OLD else "recurrent_initializer": "glorot_uniform"}
    h = LSTM(7, **init)(h)
    out = Dense(1, activation="sigmoid")(h)
    model = Model(input=words, output=out) if OLD else Model(inputs=words, outputs=out)
    model.compile(loss="mse", optimizer="adagrad")
    return model, (X, y), 20


def show(name, values):
    print(name, " ".join("%.6f" % v for v in np.ravel(values)))


def main(which):
    print("keras", keras.__version__, K.backend(), K.floatx())
    model, (X, y), batch = globals()[which]()
    print([type(layer).__name__ for layer in model.layers], model.count_params())
    show("weights", [np.abs(w).sum() for w in model.get_weights()])
    history = model.fit(X, y, batch_size=batch, verbose=0, validation_split=0.2, **{EPOCHS: 4}).history
    for key in ("loss", "val_loss", "acc", "accuracy"):
        if key in history:
            show("accuracy" if key.startswith("acc") else key, history[key])
    show("predictions", model.predict(X[:6]))
    show("evaluated", model.evaluate(X, y, batch_size=batch, verbose=0))
    show("on batch", model.train_on_batch(X[:batch], y[:batch]))

    path = os.path.join(tempfile.mkdtemp(), "model.h5")
    model.save(path)
    loaded = load_model(path)
    print("same predictions when loaded:", np.array_equal(model.predict(X), loaded.predict(X)))
    show("trained on", [loaded.train_on_batch(X[:batch], y[:batch]) for _ in range(2)])
    model.save_weights(path, overwrite=True)
    rebuilt = model_from_json(model.to_json())
    rebuilt.load_weights(path)
    print("same predictions when rebuilt:", np.array_equal(model.predict(X), rebuilt.predict(X)))
    hidden = K.function([model.layers[0].input, K.learning_phase()], [model.layers[-2].output])
    show("hidden layer", hidden([X[:2], 0])[0])
    gradient = K.gradients(K.sum(K.square(model.output)), [model.trainable_weights[-1]])
    show("gradient", K.function([model.layers[0].input, K.learning_phase()], gradient)([X[:8], 0])[0])


if __name__ == "__main__":
    main(sys.argv[1])

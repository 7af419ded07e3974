"""TF-IDF of words and characters + LinearSVC on one split: `sklearn_svc.py FILE TRAIN TEST`. Needs scikit-learn."""

import json
import sys
import time

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC

path, train_split, test_split = sys.argv[1:]
rows = [json.loads(line) for line in open(path, encoding="utf-8")]
rows = [row for row in rows if row["intent"] != "__oos__"]
train = [row for row in rows if row["split"] == train_split]
test = [row for row in rows if row["split"] == test_split]

words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
chars = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
model = make_pipeline(make_union(words, chars), LinearSVC())

start = time.perf_counter()
model.fit([row["text"] for row in train], [row["intent"] for row in train])
fitted = time.perf_counter()
right = sum(model.predict([row["text"]])[0] == row["intent"] for row in test)
end = time.perf_counter()
print(json.dumps({
    "engine": "scikit-learn TF-IDF + LinearSVC",
    "accuracy": right / len(test),
    "fit_ms": 1e3 * (fitted - start),
    "predictions_a_second": len(test) / (end - fitted),
}))

// NLP.js on one split: `node nlpjs.js FILE TRAIN TEST`. Needs `npm install node-nlp`; phrases are shuffled, seeded.
const { readFileSync } = require('node:fs');
const { NlpManager } = require('node-nlp');

const [file, trainSplit, testSplit] = process.argv.slice(2);
const all = readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const rows = all.filter((row) => row.intent !== '__oos__');
const train = rows.filter((row) => row.split === trainSplit);
const test = rows.filter((row) => row.split === testSplit);

let state = 7;
const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
for (let last = train.length - 1; last > 0; last -= 1) {
  const other = Math.floor(random() * (last + 1));
  [train[last], train[other]] = [train[other], train[last]];
}

async function main() {
  const manager = new NlpManager({ languages: ['en'], forceNER: false, autoSave: false, nlu: { log: false } });
  for (const row of train) manager.addDocument('en', row.text, row.intent);
  const start = performance.now();
  await manager.train();
  const fitted = performance.now();
  let right = 0;
  for (const row of test) right += (await manager.process('en', row.text)).intent === row.intent ? 1 : 0;
  const end = performance.now();
  console.log(JSON.stringify({
    engine: 'NLP.js',
    accuracy: right / test.length,
    fit_ms: fitted - start,
    predictions_a_second: (1e3 * test.length) / (end - fitted),
  }));
}

main();

// Shows the latest documents of a collection: node docs/examples/look.mjs push_attempts '{"userId":"42"}'
// Of the running `npm run up`, or of the MongoDB that MONGODB_URI names. An id is {"$oid":"6b02167a6adcae1e70538bec"}.
import { readFile } from 'node:fs/promises';
import mongoose from 'mongoose';

const { EJSON } = mongoose.mongo.BSON;
const [collection = '', filter = '{}', count = '5'] = process.argv.slice(2);
const running = async () => JSON.parse(await readFile('.data/up.json', 'utf8')).engines.mongodb;
const client = new mongoose.mongo.MongoClient(process.env.MONGODB_URI ?? (await running()));
const found = client.db().collection(collection).find(EJSON.parse(filter));
const documents = await found.sort({ _id: -1 }).limit(Number(count)).toArray();
for (const document of documents) console.log(EJSON.stringify(document, undefined, 2));
await client.close();

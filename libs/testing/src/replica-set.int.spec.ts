import mongoose from 'mongoose';
import { startTestReplicaSet, type TestReplicaSet } from './replica-set.js';

let set: TestReplicaSet;
let connection: mongoose.Connection;

beforeAll(async () => {
  set = await startTestReplicaSet();
  connection = await mongoose.createConnection(set.uri).asPromise();
}, 60_000);
afterAll(async () => {
  await connection.close();
  await set.stop();
});

const keep = (step: string) => connection.collection('things').insertOne({ step }, { writeConcern: { w: 'majority' } });
const kept = () => connection.collection('things').distinct('step');

describe('a replica set for tests', () => {
  it('elects another primary when one steps down, dies or is frozen, and keeps what a majority has', async () => {
    const first = await set.primary();
    await keep('begun');
    await set.stepDown();
    const second = await set.primary();
    expect(second).not.toBe(first);
    await keep('stepped down');

    await second.kill();
    const third = await set.primary();
    expect(third).not.toBe(second);
    await keep('killed');
    await second.restart();

    third.freeze();
    expect(await set.primary()).not.toBe(third);
    third.thaw();
    expect(await kept()).toEqual(['begun', 'killed', 'stepped down']);
  });
});

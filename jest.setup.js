// Nest is loaded first: CommonJS packages that require it fail inside Jest's ESM loader otherwise.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import { jest } from '@jest/globals';

globalThis.jest = jest;

// Tests on real engines share two cores with each other: one that fails is said, and tried once more.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

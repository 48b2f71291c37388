// Nest is loaded first: CommonJS packages that require it fail inside Jest's ESM loader otherwise.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
import { jest } from '@jest/globals';

globalThis.jest = jest;

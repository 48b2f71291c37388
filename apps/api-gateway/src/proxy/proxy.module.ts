import { Module } from '@nestjs/common';
import { LimitsModule } from '../limits/limits.module.js';
import { Dispatcher } from './dispatcher.js';
import { Forwarder } from './forwarder.js';
import { ProxyController } from './proxy.controller.js';
import { Tunnels } from './tunnels.js';
import { UpgradeGateway } from './upgrade.gateway.js';
import { Upstreams } from './upstreams/upstreams.js';

/** Passes on what the gateway does not answer itself. Its controller takes every path, so it is imported last. */
@Module({
  imports: [LimitsModule],
  controllers: [ProxyController],
  providers: [Upstreams, Dispatcher, Tunnels, Forwarder, UpgradeGateway],
})
export class ProxyModule {}

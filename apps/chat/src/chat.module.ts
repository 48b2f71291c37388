import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import type { Redis } from 'ioredis';
import { AuthModule } from '@app/common/auth/auth.module.js';
import { EnvModule } from '@app/common/env/env.module.js';
import { HealthModule } from '@app/common/health/health.module.js';
import { IdentityModule } from '@app/common/identity/identity.module.js';
import { LastSeenWriter } from '@app/common/identity/last-seen.writer.js';
import { loggingModule } from '@app/common/logging/logging.module.js';
import { Metrics } from '@app/common/metrics/metrics.js';
import { MetricsModule } from '@app/common/metrics/metrics.module.js';
import { MongoModule } from '@app/common/mongo/mongo.module.js';
import { NodeDirectory } from '@app/common/presence/node.directory.js';
import { PresenceDirectory } from '@app/common/presence/presence.directory.js';
import { beating } from '@app/common/redis/heartbeat.js';
import { connectRedis, REDIS, RedisModule } from '@app/common/redis/redis.module.js';
import { watched } from '@app/common/redis/watched.js';
import { Change, ChangeSchema } from '@app/common/schemas/change.schema.js';
import { Conversation, ConversationSchema } from '@app/common/schemas/conversation.schema.js';
import { Member, MemberSchema } from '@app/common/schemas/member.schema.js';
import { Message, MessageSchema } from '@app/common/schemas/message.schema.js';
import { ChangeRepository } from './changes/change.repository.js';
import { ChangeService } from './changes/change.service.js';
import { ConversationRepository } from './conversations/conversation.repository.js';
import { ConversationService } from './conversations/conversation.service.js';
import { HeadSweeper } from './conversations/head.sweeper.js';
import { HeadWriter } from './conversations/head.writer.js';
import { MemberRepository } from './conversations/member.repository.js';
import { ReadingService } from './conversations/reading.service.js';
import { ViewingService } from './conversations/viewing.service.js';
import { ChangesController } from './dialects/native/changes.rest.controller.js';
import { ConversationsController } from './dialects/native/conversations.rest.controller.js';
import { InfoController } from './dialects/native/info.rest.controller.js';
import { MessagesController } from './dialects/native/messages.rest.controller.js';
import { Teller } from './domain-events.js';
import { type ChatEnv, NODE_ID, nodeName } from './env.js';
import { AdmissionService } from './membership/admission.service.js';
import { MembershipRepository } from './membership/membership.repository.js';
import { MembershipService } from './membership/membership.service.js';
import { MembershipWriter } from './membership/membership.writer.js';
import { AttachmentsClient } from './messages/attachments.client.js';
import { HistoryService } from './messages/history.service.js';
import { KeptBefore } from './lanes/kept-before.js';
import { LANE_REDIS, LaneBus } from './lanes/lane.bus.js';
import { LaneForwarder } from './lanes/lane.forwarder.js';
import { LaneReceiver } from './lanes/lane.receiver.js';
import { Lanes } from './lanes/lanes.js';
import { MessageRepository } from './messages/message.repository.js';
import { MessageService } from './messages/message.service.js';
import { MessageWriter } from './lanes/message.writer.js';
import { Owners } from './lanes/owners.js';
import { Unsettled } from './lanes/unsettled.js';
import { LIMITER_PATIENCE_MS, LIMITER_REDIS, SendLimiter } from './messages/send.limiter.js';
import { PresenceLease } from './presence/presence.lease.js';
import { PresenceService } from './presence/presence.service.js';
import { PresenceTracker } from './presence/presence.tracker.js';
import { RUN_ID, runOf } from './presence/run.js';
import { TypingService } from './presence/typing.service.js';
import { SessionService } from './sessions/session.service.js';
import { EventOutlet } from './publishing/event.outlet.js';
import { PublishingModule } from './publishing/publishing.module.js';
import { ChatGateway } from './sockets/chat.gateway.js';
import { CatchUp } from './sockets/catch-up.js';
import { Connections } from './sockets/connections.js';
import { FanOut } from './sockets/fan-out.js';
import { Handshake } from './sockets/handshake.js';
import { HandshakeLimits } from './sockets/limits/handshake.limits.js';
import { RefusalLimits } from './sockets/limits/refusal.limits.js';
import { Seats } from './sockets/limits/seats.js';
import { VerbLimits } from './sockets/limits/verb.limits.js';
import { BUS, type Bus } from './sockets/redis-io.adapter.js';
import { RoomReconciler } from './sockets/room.reconciler.js';
import { Verbs } from './verbs.js';

const schemas = MongooseModule.forFeature([
  { name: Conversation.name, schema: ConversationSchema },
  { name: Member.name, schema: MemberSchema },
  { name: Message.name, schema: MessageSchema },
  { name: Change.name, schema: ChangeSchema },
]);

const keeps = [
  ChangeRepository,
  MembershipRepository,
  ConversationRepository,
  MemberRepository,
  MessageRepository,
  HeadWriter,
  HeadSweeper,
  NodeDirectory,
  PresenceDirectory,
];
const does = [
  Lanes,
  Owners,
  LaneBus,
  KeptBefore,
  LaneForwarder,
  LaneReceiver,
  AdmissionService,
  MembershipWriter,
  Unsettled,
  MessageWriter,
  SendLimiter,
  AttachmentsClient,
  MessageService,
  HistoryService,
  ConversationService,
  ReadingService,
  ViewingService,
  TypingService,
  SessionService,
  ChangeService,
  MembershipService,
  PresenceTracker,
  PresenceService,
  PresenceLease,
  Verbs,
];
const guards = [Handshake, HandshakeLimits, Seats, VerbLimits, RefusalLimits];
const tells = [FanOut, { provide: Teller, useExisting: FanOut }, RoomReconciler, CatchUp, Connections, ChatGateway];

/** The chat service. */
@Module({})
export class ChatModule
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  constructor(
    private readonly lease: PresenceLease,
    private readonly presence: PresenceService,
    private readonly lastSeen: LastSeenWriter,
    private readonly heads: HeadWriter,
    private readonly messages: MessageRepository,
    private readonly sweeper: HeadSweeper,
    private readonly writer: MessageWriter,
    private readonly owners: Owners,
    private readonly laneBus: LaneBus,
    private readonly forwarder: LaneForwarder,
    private readonly receiver: LaneReceiver,
    private readonly unsettled: Unsettled,
    private readonly fanOut: FanOut,
    private readonly reconciler: RoomReconciler,
    private readonly catchUp: CatchUp,
    private readonly events: EventOutlet,
    @Inject(REDIS) private readonly redis: Redis,
    @Inject(BUS) private readonly bus: Bus,
    @Inject(LIMITER_REDIS) private readonly limiter: Redis,
  ) {}

  static with(env: ChatEnv, nodeId = nodeName(env, process.pid)): DynamicModule {
    return {
      module: ChatModule,
      imports: [
        EnvModule.of(env),
        loggingModule('chat', env),
        MongoModule.connect(env.MONGODB_URI, 'chat'),
        RedisModule.connect(env),
        MetricsModule,
        AuthModule,
        IdentityModule,
        HealthModule.of({ service: 'chat-service', node: nodeId }),
        PublishingModule,
        schemas,
      ],
      controllers: [InfoController, ConversationsController, MessagesController, ChangesController],
      providers: [
        { provide: NODE_ID, useValue: nodeId },
        { provide: RUN_ID, useValue: runOf(nodeId) },
        { provide: BUS, inject: [Metrics], useFactory: (metrics: Metrics) => busOf(env, 'bus', metrics) },
        {
          provide: LANE_REDIS,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => {
            const { pub, sub } = busOf(env, 'lanes', metrics);
            return { pub: beating(pub), sub: beating(sub) };
          },
        },
        {
          provide: LIMITER_REDIS,
          inject: [Metrics],
          useFactory: (metrics: Metrics) => beating(watched(impatient(env), 'limiter', metrics)),
        },
        ...keeps,
        ...does,
        ...tells,
        ...guards,
      ],
    };
  }

  /** Before the first message is kept. */
  onModuleInit(): Promise<void> {
    return this.messages.dropOldIndexes();
  }

  onApplicationBootstrap(): void {
    this.lease.start(() => this.fanOut.spokenHere());
    this.owners.start();
    this.sweeper.start();
    this.receiver.start();
    // A Redis that comes back may have forgotten who is here; meanwhile changes went unheard.
    this.redis.on('ready', () => void this.lease.tick());
    this.bus.sub.on('ready', () => {
      this.presence.refreshSoon();
      void this.reconciler.everyone();
    });
    this.reconciler.start();
    this.catchUp.start();
    this.presence.start();
  }

  /** No new words, then what was heard is kept and acked, then heads are written: MongoDB is let go after this. */
  async beforeApplicationShutdown(): Promise<void> {
    this.writer.close();
    await this.laneBus.deafen();
    await this.writer.idle();
    this.fanOut.closeSockets();
    await this.writer.idle();
    await this.unsettled.stop();
    this.owners.stop();
    this.forwarder.stop();
    await this.events.idle();
    await this.sweeper.stop();
    await this.heads.flush();
    this.reconciler.end();
    await this.catchUp.stop();
    this.presence.end();
    await this.lease.end();
    await this.lastSeen.flush();
  }

  onApplicationShutdown(): void {
    this.laneBus.close();
    for (const connection of [this.bus.pub, this.bus.sub, this.limiter]) connection.disconnect();
  }
}

/** Live events are hints: while Redis is away they are dropped, not queued. What is said in one turn goes together. */
function busOf(env: ChatEnv, name: string, metrics: Metrics): Bus {
  const speaks = connectRedis(env, { enableOfflineQueue: false, enableAutoPipelining: true });
  return {
    pub: watched(speaks, `${name}-speaks`, metrics),
    sub: watched(connectRedis(env), `${name}-hears`, metrics),
  };
}

function impatient(env: ChatEnv): Redis {
  return connectRedis(env, {
    enableOfflineQueue: false,
    commandTimeout: LIMITER_PATIENCE_MS,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: true,
  });
}

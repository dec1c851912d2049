import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { Schema } from './schema.ts'
import { products, seed } from './seed.ts'

const secretBytes = 32

const createShop: Migration = {
  async up(db: Kysely<unknown>) {
    await sql
      .raw(`
        create sequence "userIds" maxvalue 9007199254740991;
        create sequence "orderIds" maxvalue 9007199254740991;
        create sequence "itemIds" maxvalue 9007199254740991;
        create table users (
          id bigint primary key,
          name text not null,
          "nameFolded" text not null,
          email text not null,
          "emailFolded" text not null constraint users_email_key unique,
          role text not null,
          "createdAt" timestamptz(3) not null,
          version bigint not null);
        create table products (
          id bigint primary key,
          name text not null,
          "nameFolded" text not null,
          price bigint not null);
        create table orders (
          id bigint primary key,
          "userId" bigint not null references users,
          "createdAt" timestamptz(3) not null,
          status text not null,
          "totalAmount" bigint not null);
        create index orders_user on orders ("userId", id);
        create table "orderItems" (
          id bigint primary key,
          "orderId" bigint not null references orders,
          "productId" bigint not null references products,
          quantity bigint not null,
          "unitPrice" bigint not null);
        create index items_order on "orderItems" ("orderId", id);
        create table events (
          seq bigint primary key,
          type text not null,
          time timestamptz(3) not null,
          data json not null);
        create table feed (
          one boolean primary key default true check (one),
          seq bigint not null);
        insert into feed (seq) values (0);
        create table "idempotencyKeys" (
          key text collate "C" primary key,
          request text not null,
          "placedAt" timestamptz(3) not null,
          "order" json);
        create index keys_placed on "idempotencyKeys" ("placedAt");
        create table secrets (name text primary key, value bytea not null)`)
      .execute(db)
    const shop = db as Kysely<Schema>
    await shop.insertInto('products').values(products).execute()
    await shop
      .insertInto('secrets')
      .values({ name: 'jwt', value: randomBytes(secretBytes) })
      .execute()
    await seed(shop)
  },
}

export const migrations = { '2026-11-25-create-shop': createShop }

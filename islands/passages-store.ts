/** What is kept on the device: everything sealed with a key that only the PIN of its officer gives, and each officer's apart.
 *
 *  Two tables: who has kept something here (salt, and a word sealed by the right key), and the sealed things. The key is
 *  never written down: pages hold it, and the service worker hands it from one load of the page to the next.
 */
const NAME = "beket-passages";
const VERSION = 1;
const ROUNDS = 600_000; // PBKDF2 with SHA-256: what OWASP asks for (2023); under a second on a tablet
const KNOWN = "beket";

export const PIN_LEAST = 6;

/** What may be kept: drafts, records to be sent, photographs, the picture of the place, and what was sent. */
export type Kind = "draft" | "out" | "photo" | "queue" | "done";

interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}
interface Account {
  login: string;
  salt: Uint8Array<ArrayBuffer>;
  check: Sealed;
}
interface Row extends Sealed {
  login: string;
  kind: Kind;
  id: string;
  at: number;
}

/** One thing to be written, or (without a value) to be taken away. */
export interface Change {
  kind: Kind;
  id: string;
  value?: unknown;
  bytes?: ArrayBuffer;
}

function answered<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

let opened: Promise<IDBDatabase> | undefined;

function base(): Promise<IDBDatabase> {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("account", { keyPath: "login" });
      asked.result.createObjectStore("kept", { keyPath: ["login", "kind", "id"] });
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function sealed(key: CryptoKey, bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
}

function unsealed(key: CryptoKey, kept: Sealed): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, key, kept.bytes);
}

async function keyOf(pin: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const raw = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, raw, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** Whether this officer keeps something on this device. */
export async function isKnown(login: string): Promise<boolean> {
  return (await accountOf(login)) !== undefined;
}

async function accountOf(login: string): Promise<Account | undefined> {
  return answered<Account | undefined>((await base()).transaction("account").objectStore("account").get(login));
}

/** Begin to keep things for an officer under a PIN. */
export async function begin(login: string, pin: string): Promise<CryptoKey> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await keyOf(pin, salt);
  const check = await sealed(key, new TextEncoder().encode(KNOWN));
  const store = (await base()).transaction("account", "readwrite").objectStore("account");
  await answered(store.add({ login, salt, check }));
  return key;
}

/** The key of an officer's things; nothing where the PIN is another one. */
export async function unlock(login: string, pin: string): Promise<CryptoKey | undefined> {
  const account = await accountOf(login);
  if (!account) return undefined;
  const key = await keyOf(pin, account.salt);
  return (await fits(key, account)) ? key : undefined;
}

/** Whether a key that was handed on still opens this officer's things. */
export async function opens(login: string, key: CryptoKey): Promise<boolean> {
  const account = await accountOf(login);
  return account !== undefined && fits(key, account);
}

async function fits(key: CryptoKey, account: Account): Promise<boolean> {
  return unsealed(key, account.check).then(() => true, () => false);
}

/** How many things of a kind an officer has here; no key is needed to count. */
export async function count(login: string, kind: Kind): Promise<number> {
  return answered((await base()).transaction("kept").objectStore("kept").count(all(login, kind)));
}

function all(login: string, kind: Kind): IDBKeyRange {
  return IDBKeyRange.bound([login, kind, ""], [login, kind, "\uffff"]);
}

/** Take away all that an officer has here, and the PIN with it. */
export async function drop(login: string): Promise<void> {
  const change = (await base()).transaction(["account", "kept"], "readwrite");
  change.objectStore("kept").delete(IDBKeyRange.bound([login, "", ""], [login, "\uffff", ""]));
  await answered(change.objectStore("account").delete(login));
}

/** An officer's things, open. */
export class Store {
  constructor(readonly login: string, private readonly key: CryptoKey) {}

  /** Write and take away, all of it or nothing: a record that is signed leaves the drafts as it enters the outbox. */
  async change(...changes: Change[]): Promise<void> {
    const rows = await Promise.all(changes.map((each) => this.row(each)));
    const durability = changes.some((each) => each.kind === "out") ? "strict" : "relaxed"; // what is signed outlives a power cut
    const write = (await base()).transaction("kept", "readwrite", { durability });
    const store = write.objectStore("kept");
    for (const [at, each] of changes.entries()) {
      const row = rows[at];
      if (row) store.put(row);
      else store.delete([this.login, each.kind, each.id]);
    }
    await new Promise<void>((done, failed) => {
      write.oncomplete = () => done();
      write.onabort = write.onerror = () => failed(write.error);
    });
  }

  private async row(each: Change): Promise<Row | undefined> {
    if (each.value === undefined && !each.bytes) return undefined;
    const plain = each.bytes ?? new TextEncoder().encode(JSON.stringify(each.value));
    return { login: this.login, kind: each.kind, id: each.id, at: Date.now(), ...(await sealed(this.key, plain)) };
  }

  /** One thing, or nothing. */
  async get<T>(kind: Kind, id: string): Promise<T | undefined> {
    const bytes = await this.bytes(kind, id);
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as T);
  }

  /** The bytes of one thing. */
  async bytes(kind: Kind, id: string): Promise<ArrayBuffer | undefined> {
    const row = await answered<Row | undefined>((await base()).transaction("kept").objectStore("kept").get([this.login, kind, id]));
    return row && unsealed(this.key, row);
  }

  /** All of a kind, the oldest first. */
  async all<T>(kind: Kind): Promise<T[]> {
    const rows = await answered<Row[]>((await base()).transaction("kept").objectStore("kept").getAll(all(this.login, kind)));
    rows.sort((one, other) => one.at - other.at);
    return Promise.all(rows.map(async (row) => JSON.parse(new TextDecoder().decode(await unsealed(this.key, row))) as T));
  }
}

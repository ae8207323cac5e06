/** Photographs from a tablet: made small, without what the camera wrote into them, with when and where they were taken. */
import type { Photo } from "./passages-contract";
import { now } from "./passages-start";
import type { Store } from "./passages-store";

const BYTES_MAX = 300 * 1024; // the house takes no more (reference 08 §A2.2)
const SIDE_MAX = 1920;
const QUALITY = 0.8;
const TRIES_MAX = 8;
const NARROWER = 0.95; // a little smaller than the bytes alone ask for, so that the second try mostly fits
const WHERE_MS = 8_000;
const WHERE_AGE_MS = 120_000; // an officer does not walk far between two photographs
export const PHOTOS_MAX = 12;

/** Draw a picture anew, smaller until it fits: what the file said beside the picture is gone. */
export async function small(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    let side = Math.min(SIDE_MAX, Math.max(picture.width, picture.height));
    for (let tries = 0; tries < TRIES_MAX && side >= 1; tries += 1) {
      const made = await drawn(picture, side);
      if (made && made.size <= BYTES_MAX) return made;
      side = Math.floor(side * NARROWER * Math.sqrt(BYTES_MAX / (made?.size ?? 2 * BYTES_MAX)));
    }
  } finally {
    picture.close();
  }
  throw new RangeError("no size is small enough");
}

async function drawn(picture: ImageBitmap, side: number): Promise<Blob | null> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Where the device is, if it may be asked and knows. */
function where(): Promise<GeolocationPosition | null> {
  return new Promise((done) => {
    if (!("geolocation" in navigator)) return done(null);
    navigator.geolocation.getCurrentPosition(done, () => done(null), { timeout: WHERE_MS, maximumAge: WHERE_AGE_MS });
  });
}

/** Keep a photograph on the device. */
export async function keep(store: Store, file: Blob, of: Photo["of"]): Promise<Photo> {
  const taken_at = now();
  const bytes = await (await small(file)).arrayBuffer();
  const photo: Photo = { sha256: await sha256(bytes), size: bytes.byteLength, media_type: "image/jpeg", of, taken_at };
  await store.change({ kind: "photo", id: photo.sha256, bytes });
  return photo;
}

/** Say where it was taken, once the device knows: nobody waits for that. */
export async function place(photo: Photo): Promise<boolean> {
  const found = await where();
  if (!found) return false;
  photo.latitude = Math.round(found.coords.latitude * 1e6) / 1e6;
  photo.longitude = Math.round(found.coords.longitude * 1e6) / 1e6;
  return true;
}

/** An address of a kept photograph for as long as the page stands. */
export async function address(store: Store, photo: Photo): Promise<string> {
  const bytes = await store.bytes("photo", photo.sha256);
  return bytes ? URL.createObjectURL(new Blob([bytes], { type: photo.media_type })) : "";
}

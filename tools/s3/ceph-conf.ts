/** Where a one-node cluster lies, and how large it is. */
export interface CephPlace {
  readonly folder: string
  readonly fsid: string
  readonly monPort: number
  readonly gatewayPort: number
  /** `memstore` keeps everything in memory, `bluestore` in a file. */
  readonly store: "memstore" | "bluestore"
  readonly storeGib: number
}

/** The configuration of a cluster of one monitor, one storage daemon and one gateway on this machine, without cephx. */
export function cephConf({ folder, fsid, monPort, gatewayPort, store, storeGib }: CephPlace): string {
  const storeBytes = storeGib * 2 ** 30
  const sections: Record<string, Record<string, string | number>> = {
    global: {
      fsid,
      "mon initial members": "a",
      "mon host": `[v2:127.0.0.1:${monPort}/0]`,
      "public network": "127.0.0.0/8",
      "cluster network": "127.0.0.0/8",
      "public addr": "127.0.0.1",
      "ms bind ipv6": "false",
      "ms bind msgr1": "false",
      "auth cluster required": "none",
      "auth service required": "none",
      "auth client required": "none",
      // The gateway would ask for an encrypted channel, which there is none of without cephx, and wait for ever.
      "ms mon client mode": "crc secure",
      "run dir": `${folder}/run`,
      "admin socket": `${folder}/run/$cluster-$name.asok`,
      "log file": `${folder}/log/$name.log`,
      "crash dir": `${folder}/run`,
      "osd pool default size": 1,
      "osd pool default min size": 1,
      "osd pool default pg num": 4,
      "osd pool default pgp num": 4,
      // Nobody would do the scaling: there is no manager.
      "osd pool default pg autoscale mode": "off",
      "osd crush chooseleaf type": 0,
      "mon allow pool size one": "true",
      "mon max pg per osd": 1000,
      "mon data avail warn": 2,
      "mon data avail crit": 1,
      "mon osd full ratio": 0.95,
      "mon osd backfillfull ratio": 0.94,
      "mon osd nearfull ratio": 0.93,
    },
    "mon.a": {
      "mon data": `${folder}/mon`,
      "mon election timeout": 1,
      "paxos propose interval": 0.05,
      "paxos min wait": 0.02,
      "auth allow insecure global id reclaim": "false",
    },
    "osd.0": {
      "osd data": `${folder}/osd`,
      "osd objectstore": store,
      "memstore device bytes": storeBytes,
      "bluestore block create": "true",
      "bluestore block size": storeBytes,
      "bluestore fsck on mount": "false",
      "osd op num shards": 2,
      "osd op num threads per shard": 1,
      "osd max scrubs": 0,
      "osd class load list": "*",
      "osd class default list": "*",
    },
    "client.rgw.a": {
      "rgw data": `${folder}/rgw`,
      // Without tcp_nodelay each small answer waits 40 ms for its acknowledgement.
      "rgw frontends": `beast endpoint=127.0.0.1:${gatewayPort} tcp_nodelay=1`,
      "rgw dns name": "localhost",
      "rgw thread pool size": 64,
      "rgw run sync thread": "false",
      "rgw rados pool pg num min": 4,
      "rgw override bucket index max shards": 1,
      "rgw dynamic resharding": "false",
      // What is deleted leaves the store after seconds, not after two hours.
      "rgw gc obj min wait": 5,
      "rgw gc processor period": 10,
      "rgw gc processor max time": 10,
      // Encryption with a customer's key over plain HTTP, on this machine only.
      "rgw crypt require ssl": "false",
    },
  }
  return Object.entries(sections)
    .map(([name, settings]) =>
      [`[${name}]`, ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`), ""].join("\n"),
    )
    .join("\n")
}

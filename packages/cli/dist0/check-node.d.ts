/**
 * One sentence for whoever runs an older Node; `undefined` if this one will do. Takes nothing that an old Node lacks.
 * @param found `process.versions.node`
 */
export declare function complainOfNode(found: string): string | undefined;
//# sourceMappingURL=check-node.d.ts.map
/**
 * Keeps a restore out of repositories: always out of the one it reads, out of others unless `yes`.
 * @throws EngineError `Refused`
 */
export declare function refuseOutputInside(repository: string, output: string, { yes }: {
    readonly yes?: boolean;
}): Promise<void>;
//# sourceMappingURL=refuse-output-inside.d.ts.map
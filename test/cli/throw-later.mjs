// Preloaded by --import into a real process: throws or rejects as a defect would, once the process is asked by SIGUSR2.
process.on("SIGUSR2", () => {
  const defect = new Error(`a provoked defect${"!".repeat(Number(process.env.DEFECT_LENGTH ?? 0))}`);
  if (process.env.DEFECT === "rejects") void Promise.reject(defect);
  else
    setImmediate(() => {
      throw defect;
    });
});

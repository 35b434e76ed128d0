/** The version of kapply: that of package.json, held equal by a test, so that no file is read to know it. */
export const version = "0.1.0";

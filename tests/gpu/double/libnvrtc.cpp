// A test double of NVRTC: compiles for the host (see compile.h). Its PTX is a line that names the library.
#include "compile.h"

#define API extern "C" __attribute__((visibility("default")))
struct Program { std::string source, ptx, log; };
enum { OK = 0, COMPILATION = 6 };

API int nvrtcVersion(int *major, int *minor) { *major = 13; *minor = 0; return OK; }
API const char *nvrtcGetErrorString(int) { return "an error of the double"; }
API int nvrtcCreateProgram(Program **p, const char *source, const char *, int, const char *const *, const char *const *) {
    *p = new Program{source, "", ""};
    return OK;
}
API int nvrtcDestroyProgram(Program **p) { delete *p; *p = nullptr; return OK; }

API int nvrtcCompileProgram(Program *p, int count, const char *const *options) {
    std::vector<std::string> definitions;
    for (int i = 0; i < count; i++)
        if (!strncmp(options[i], "-D", 2)) definitions.push_back(options[i]);
    const std::string library = compile_for_host(p->source, definitions, p->log);
    if (library.empty()) return COMPILATION;
    p->ptx = "//fake-library:" + library + "\n";
    return OK;
}
API int nvrtcGetPTXSize(Program *p, size_t *n) { *n = p->ptx.size() + 1; return OK; }
API int nvrtcGetPTX(Program *p, char *to) { strcpy(to, p->ptx.c_str()); return OK; }
API int nvrtcGetCUBINSize(Program *p, size_t *n) { return nvrtcGetPTXSize(p, n); }
API int nvrtcGetCUBIN(Program *p, char *to) { return nvrtcGetPTX(p, to); }
API int nvrtcGetProgramLogSize(Program *p, size_t *n) { *n = p->log.size() + 1; return OK; }
API int nvrtcGetProgramLog(Program *p, char *to) { strcpy(to, p->log.c_str()); return OK; }

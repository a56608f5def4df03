// Streams, events and graphs. Issued work waits in its stream until a call waits for it, as on a real device, so that
// what a program reads too early or overwrites too soon shows.
#include "driver.h"
#include <algorithm>
#include <ctime>
#include <memory>
#include <unistd.h>

namespace {
Stream default_stream;
std::list<Stream> streams;
bool is_eager() {
    static const bool eager = getenv("FAKE_CUDA_EAGER");
    return eager;
}
// A capture concerns the thread that began it (the mode CU_STREAM_CAPTURE_MODE_THREAD_LOCAL).
bool captures_here(const Stream &stream) { return stream.capture && stream.capturer == std::this_thread::get_id(); }
double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}
} // namespace

Stream *stream_of(void *handle) { return handle ? (Stream *)handle : &default_stream; }

int run_until(Stream *stream, uint64_t mark) {
    // What waits for a kernel that hangs waits for ever.
    while (hangs() && !stream->queue.empty()) pause();
    while (stream->done < mark && !stream->queue.empty()) {
        auto work = std::move(stream->queue.front());
        stream->queue.pop_front();
        stream->done++;
        int code = work();
        if (code != OK && failed == OK) failed = code;
    }
    return failed;
}
int run_all(Stream *stream) { return run_until(stream, stream->issued); }
int run_everything() {
    run_all(&default_stream);
    for (auto &stream : streams) run_all(&stream);
    return failed;
}

int issue(Stream *stream, Work work) {
    if (failed) return failed;
    if (stream->capture) {
        stream->capture->nodes.push_back(std::move(work));
        return OK;
    }
    stream->queue.push_back(std::move(work));
    stream->issued++;
    return is_eager() ? run_all(stream) : OK;
}

bool is_capturing() { return std::any_of(streams.begin(), streams.end(), captures_here); }
int unsupported_in_capture(const char *what) {
    for (auto &stream : streams) stream.is_capture_broken |= captures_here(stream);
    return say(CAPTURE_UNSUPPORTED, "%s while a stream is captured", what);
}

API CUresult cuStreamCreate(void **s, unsigned) { CALL streams.emplace_back(); *s = &streams.back(); return OK; }
API CUresult cuStreamCreateWithPriority(void **s, unsigned f, int) { return cuStreamCreate(s, f); }
API CUresult cuStreamDestroy_v2(void *s) {
    CALL run_all(stream_of(s));
    streams.remove_if([=](Stream &each) { return &each == s; });
    return OK;
}
API CUresult cuStreamSynchronize(void *s) {
    CALL if (stream_of(s)->capture) return unsupported_in_capture("cuStreamSynchronize");
    return run_all(stream_of(s));
}
API CUresult cuStreamQuery(void *s) {
    CALL if (stream_of(s)->queue.empty()) return failed;
    if (!hangs()) run_all(stream_of(s)); // Each query lets some time pass.
    return NOT_READY;
}
API CUresult cuStreamWaitEvent(void *s, void *e, unsigned) {
    CALL Stream *stream = stream_of(s);
    Event event = *(Event *)e;
    if (event.capture) {
        // A stream that waits for a captured one is captured with it. Nodes keep the order in which they were issued.
        stream->capture = event.capture;
        stream->capturer = std::this_thread::get_id();
        return OK;
    }
    if (!event.stream || event.stream == stream) return OK;
    if (stream->capture) return unsupported_in_capture("waiting for an event from outside");
    return issue(stream, [=] { return run_until(event.stream, event.mark); });
}
API CUresult cuLaunchHostFunc(void *s, void (*f)(void *), void *data) { CALL return issue(stream_of(s), [=] { f(data); return OK; }); }

API CUresult cuEventCreate(void **e, unsigned) { CALL *e = new Event; return OK; }
API CUresult cuEventDestroy_v2(void *e) { CALL delete (Event *)e; return OK; }
API CUresult cuEventRecord(void *e, void *s) {
    CALL Stream *stream = stream_of(s);
    *(Event *)e = {stream, stream->issued, stream->capture, now()};
    return OK;
}
API CUresult cuEventQuery(void *e) {
    CALL Event *event = (Event *)e;
    if (!event->stream || event->stream->done >= event->mark) return failed;
    run_until(event->stream, event->stream->done + 1); // Each query lets some time pass.
    return NOT_READY;
}
API CUresult cuEventSynchronize(void *e) {
    CALL Event *event = (Event *)e;
    if (event->capture) return unsupported_in_capture("cuEventSynchronize");
    return event->stream ? run_until(event->stream, event->mark) : failed;
}
API CUresult cuEventElapsedTime(float *ms, void *a, void *b) { CALL *ms = ((Event *)b)->at - ((Event *)a)->at; return OK; }
API CUresult cuEventElapsedTime_v2(float *ms, void *a, void *b) { return cuEventElapsedTime(ms, a, b); }

API CUresult cuStreamBeginCapture_v2(void *s, int) {
    CALL if (!s) return say(CAPTURE_UNSUPPORTED, "the default stream cannot be captured");
    stream_of(s)->capture = new Graph;
    stream_of(s)->capturer = std::this_thread::get_id();
    stream_of(s)->is_capture_broken = false;
    return OK;
}
API CUresult cuStreamEndCapture(void *s, void **g) {
    CALL Stream *origin = stream_of(s);
    Graph *graph = origin->capture;
    if (!graph) return INVALID_VALUE;
    const bool is_broken = origin->is_capture_broken;
    for (auto &stream : streams)
        if (stream.capture == graph) stream.capture = nullptr;
    *g = is_broken ? nullptr : graph;
    return is_broken ? CAPTURE_INVALIDATED : OK;
}
API CUresult cuStreamIsCapturing(void *s, int *status) { CALL *status = stream_of(s)->capture ? 1 : 0; return OK; }
API CUresult cuGraphInstantiateWithFlags(void **exec, void *g, unsigned long long) { CALL *exec = new Graph(*(Graph *)g); return OK; }
API CUresult cuGraphUpload(void *, void *) { CALL return OK; }
API CUresult cuGraphDestroy(void *g) { CALL delete (Graph *)g; return OK; }
API CUresult cuGraphExecDestroy(void *g) { CALL run_everything(); delete (Graph *)g; return OK; }
API CUresult cuGraphLaunch(void *exec, void *s) {
    CALL if (int code = check_ready()) return code;
    auto *graph = (Graph *)exec;
    return issue(stream_of(s), [=] {
        for (auto &node : graph->nodes)
            if (int code = node()) return code;
        return OK;
    });
}

/// For the doubles of other libraries: work that they issue into a stream.
API int fakeCudaIssue(void *stream, void (*work)(void *), void *data, size_t bytes) {
    auto kept = std::make_shared<std::vector<char>>((char *)data, (char *)data + bytes);
    CALL return issue(stream_of(stream), [=] { work(kept->data()); return OK; });
}

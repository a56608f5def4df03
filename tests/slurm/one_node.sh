#!/usr/bin/env bash
# A Slurm cluster of one node on this machine, for root: no systemd, no database, nothing outside of DIR.
# Debian's packages: slurmctld slurmd slurm-client munge
#
#   one_node.sh start DIR    starts munged, slurmctld and slurmd; SLURM_CONF is DIR/slurm.conf afterwards
#   one_node.sh stop DIR     stops them
set -euo pipefail

what=$1
dir=$(realpath -m "$2")
port=${SLURM_PORT:-17817}
host=$(hostname -s)
export SLURM_CONF=$dir/slurm.conf

# Waits at most so many seconds until a command succeeds.
wait_for() {
    local seconds=$1
    shift
    for _ in $(seq $((seconds * 10))); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.1
    done
    echo "not within $seconds s: $*" >&2
    return 1
}

is_idle() { sinfo --noheader --format=%T | grep -q '^idle$'; }

start() {
    mkdir -p "$dir"/{state,spool,log,munge}
    # munged refuses folders that others may write.
    chmod 755 "$dir" "$dir/munge"
    [ -f "$dir/munge/key" ] || (umask 077 && head -c 128 /dev/urandom >"$dir/munge/key")
    # Processes are followed by their group: a container has no cgroup to give out.
    cat >"$SLURM_CONF" <<CONF
ClusterName=trainyard
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CryptoType=crypto/munge
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/none
MinJobAge=300
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=${SLURM_CPUS:-$(nproc)} State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=$host MaxTime=INFINITE State=UP PriorityTier=2 PreemptMode=OFF
CONF
    munged --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munged.pid" \
        --log-file="$dir/log/munged.log" --seed-file="$dir/munge/seed" --force >/dev/null 2>&1
    wait_for 10 munge -n -S "$dir/munge/socket"
    slurmctld
    wait_for 20 scontrol ping
    slurmd
    wait_for 30 is_idle
}

stop() {
    for name in slurmd slurmctld munged; do
        [ -f "$dir/$name.pid" ] || continue
        pid=$(cat "$dir/$name.pid")
        kill -TERM "$pid" 2>/dev/null || continue
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    done
}

case $what in
start) start ;;
stop) stop ;;
*) echo "usage: $0 start|stop DIR" >&2; exit 2 ;;
esac

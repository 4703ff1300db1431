# examples, units, sysusers, tmpfiles: installed from here

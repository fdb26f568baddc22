package jp.kasane.community.web;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import jp.kasane.community.Resource;
import jp.kasane.community.Resources;
import jp.kasane.foundation.Ids;
import jp.kasane.foundation.Refusal;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/resources")
@Tag(name = "resources", description = "社会資源")
class ResourceApi {

    private final Resources resources;

    ResourceApi(Resources resources) {
        this.resources = resources;
    }

    @GetMapping
    @Operation(summary = "社会資源の一覧")
    List<Resource> list() {
        return resources.list();
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "社会資源を加える")
    Resource add(@RequestBody Resources.Entered entered) {
        return resources.save(null, entered);
    }

    @PutMapping("/{id}")
    @Operation(summary = "社会資源を変える")
    Resource save(@PathVariable String id, @RequestBody Resources.Entered entered) {
        return resources.save(Ids.parse(id).orElseThrow(() -> new Refusal.NotFound("社会資源")), entered);
    }
}
